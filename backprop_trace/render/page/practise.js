/* Practising on the page: a field for each line, judged at every keystroke; hints; what was answered is kept. */
const KEPT = ['practice:' + D.name, ...G.map(g => g[2])].join();
function judgeAll() {
  verdicts = judge(given.map(x => x.v), ans);
  asked.forEach(k => {
    const a = $('.ask', lis[k]), o = verdicts[k], c = $('.chp', a), se = $('.sen', a), kind = o ? CLASS[o.w] : '';
    c.className = 'chp ' + kind;
    c.textContent = o ? SIGN[o.w] + ' ' + say(o.w) : '';
    se.className = 'sen ' + kind;
    se.textContent = o && o.s ? say(o.s) : '';
    if (hints[L[k].n]) hint(k);
  });
  const n = asked.map(k => verdicts[k]).filter(x => x), c = x => n.filter(y => CLASS[y.w] == x).length;
  $('.pbar').innerHTML = asked.map(k => `<i class="${verdicts[k] ? CLASS[verdicts[k].w] : ''}"></i>`).join('');
  $('.pbar').style.setProperty('--n', asked.length);
  const t = [say('{} of {} filled in', n.length, asked.length), n.length && say('{} right or following', c('fine')), c('slip') && say('slips: {}', c('slip')), c('bad') && say('to look at: {}', c('bad')), D.decimals != null && say('decimals asked for: {}', D.decimals)].filter(x => x).join(' · ');
  $('#pt').textContent = t;
  $('.pbar').setAttribute('aria-label', t);
  $$('.cnt').forEach(s => { const ks = asked.filter(k => L[k].p == s.dataset.ph); s.textContent = mode == 'practise' ? say('{} of {}', ks.filter(k => fineish(k + K)).length, ks.length) : '' });
}
function hint(k) {
  const l = L[k], n = hints[l.n], a = $('.ask', lis[k]), d = document.createElement('div'), own = given.map(x => x.v);
  d.className = 'der';
  d.innerHTML = $('.der', source(k)).innerHTML;
  L.forEach((m, j) => { const w = j < k && ans[m.n] ? written(ans[m.n]) : null; own.push(w && !w.bad ? w.x : F[j](own)) });
  put(d, j => j < K ? text(j, 9) : j != K + k && ans[N[j]] && !written(ans[N[j]]).bad ? ans[N[j]] : fmt(own[j], Math.max(6, D.decimals)));
  const r = $$('mtr', d);
  r.slice(n >= 3 ? r.length : Math.min(n, r.length - 1)).forEach(x => x.remove());
  $('.hlp', a).replaceChildren(d);
  scrolls(d, l.t);
  const b = $('button', a);
  b.disabled = n >= 3;
  $('span', b).textContent = n >= 3 ? say('shown') : say('Hint {} of 3', n + 1);
}
function keep() { try { localStorage.setItem(KEPT, JSON.stringify(ans)) } catch (e) {} }
const asked = D.asked.map(n => AT.get(n) - K);
function ask() {
  if ($('.ask')) { judgeAll(); return }
  try { const old = JSON.parse(localStorage.getItem(KEPT)); if (old && typeof old == 'object') Object.entries(old).forEach(([n, t]) => { if (has(n) && typeof t == 'string') ans[n] = t }) } catch (e) {}
  lis.forEach((li, k) => { if (!asked.includes(k)) li.classList.add('notasked') });
  $$('.sub').forEach(s => { let e = s; do e = e.nextElementSibling; while (e && e.matches('.notasked')); s.classList.toggle('notasked', !e || e.matches('.sub')) });
  asked.forEach((k, place) => {
    const li = lis[k], l = L[k], a = document.createElement('div');
    a.className = 'ask';
    a.innerHTML = `<span class="nm" aria-hidden="true">${$('.nm', li).innerHTML}</span><label class="tl" for="a-${k}">${$('h3', source(k)).innerHTML}</label><input id="a-${k}" inputmode="decimal" autocomplete="off" spellcheck="false" aria-describedby="s-${k}"><span class="chp"></span><button><span>${say('Hint')}</span><span class="sr">: ${esc(l.t)}</span></button><p class="sen" id="s-${k}"></p><div class="hlp"></div>`;
    li.append(a);
    const f = $('input', a);
    f.value = ans[l.n] || '';
    f.onfocus = () => { quiet = true; go(k); quiet = false };
    f.oninput = () => { ans[l.n] = f.value.trim(); if (!ans[l.n]) delete ans[l.n]; judgeAll(); quiet = true; show(); quiet = false; keep() };
    f.onchange = () => { const o = verdicts[k]; if (o) $('#live').textContent = `${l.t}: ${say(o.w)}. ${say(o.s || '')}` };
    f.onkeydown = e => {
      const j = e.key == 'Enter' || e.key == 'ArrowDown' ? 1 : e.key == 'ArrowUp' ? -1 : 0, next = asked[place + j];
      if (j) { e.preventDefault(); if (next != null) $('.ask input', lis[next]).focus() }
    };
    $('button', a).onclick = () => {
      hints[l.n] = Math.min(3, (hints[l.n] || 0) + 1);
      if (hints[l.n] == 2 && $$('.der mtr', source(k)).length < 3) hints[l.n] = 3;
      hint(k);
      quiet = true;
      go(k);
      quiet = false;
    };
  });
  judgeAll();
}
const practised = {
  next() { const k = asked.find(k => !ans[L[k].n]); if (k != null) $('.ask input', lis[k]).focus() },
  clear() {
    ans = nothing();
    hints = nothing();
    $$('.ask').forEach(a => { $('input', a).value = ''; $('.hlp', a).innerHTML = ''; const b = $('button', a); $('span', b).textContent = say('Hint'); b.disabled = false });
    judgeAll();
    keep();
    show();
  },
  sheet() {
    const {set, n} = where(), head = set.length ? `set ${set.join(', ')}:\n` : n > 1 ? `step ${n}:\n` : '', a = document.createElement('a');
    const lines = L.filter(l => ans[l.n]).map(l => `${l.n} = ${written(ans[l.n]).s || ans[l.n]}\n`);
    a.href = URL.createObjectURL(new Blob([head, ...lines], {type: 'text/plain'}));
    a.download = 'my-sheet.txt';
    a.click();
  },
};
