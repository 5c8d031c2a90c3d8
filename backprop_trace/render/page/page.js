/* The page of a worked example. D is what the listing says, F a function for each line, run(givens) all values. */
const $ = (q, e = document) => e.querySelector(q), $$ = (q, e = document) => [...e.querySelectorAll(q)];
const root = document.documentElement;
const lis = $$('.ln'), source = k => $('.more', lis[k]);
lis.forEach((li, k) => { L[k].t = $('h3', source(k)).textContent });
const given = G.map(g => ({t: g[1], v: g[2]}));
let v = [], v0, i = 0, mode = 'watch', hist = [], whole = [], timer = 0, quiet = false, done = 0, same = true, edited = false, place = D.places[0] || '';

/* numbers */
/* as it was given, or as the trace has it while nothing is changed, or computed here */
const text = (k, d) => {
  const t = k < K ? given[k].t : D.texts && same ? D.texts[k - K] : null;
  return t == null || d == 4 && t.length > 8 ? (d == 4 ? short(k < K ? given[k].v : v[k]) : fmt(v[k], d)) : t;
};
const esc = s => s.replace(/[&<>"']/g, c => '&#' + c.charCodeAt() + ';');
const mn = (s, brackets) => {
  const negative = s[0] == '-', b = brackets && negative;
  const m = /^-?([\d.]+)e([-+]?\d+)$/.exec(s);
  const body = m ? '<mn>' + mark(m[1]) + '</mn><mo>·</mo><msup><mn>10</mn><mrow>' + (m[2][0] == '-' ? '<mo form="prefix">−</mo>' : '') + '<mn>' + m[2].replace(/[-+]/, '').replace(/^0+/, '') + '</mn></mrow></msup>'
    : '<mn>' + mark(esc(negative ? s.slice(1) : s)) + '</mn>';
  return (b ? '<mo stretchy="false">(</mo>' : '') + (negative ? '<mo form="prefix">−</mo>' : '') + body + (b ? '<mo stretchy="false">)</mo>' : '');
};
const digits = () => innerWidth < 520 ? 5 : 9;
const put = (el, f) => $$('[data-v]', el).forEach(m => { const k = AT.get(m.dataset.v); if (k != null) m.innerHTML = mn(f(k), !m.classList.contains('res')) });

/* a quantity of the drawing stands at the sample and time step that is looked at */
const placed = base => {
  if (L[i].n == base) return K + i;
  const m = /^(@\d+)?(\[\d+\])?$/.exec(place) || [];
  const names = [base + place, base + (m[2] || ''), base + (m[1] || ''), base].filter(has);
  return names.length ? AT.get(names.find(n => known(AT.get(n))) || names[0]) : undefined;
};
const total = base => has(base) && known(AT.get(base)) ? AT.get(base) : placed(base);
const known = k => k < D.known || mode == 'change' || k >= K && (mode == 'practise' ? fineish(k) : k - K <= i);
/* a quantity may be called as what every object has: constructor */
const nothing = () => Object.create(null);
let ans = nothing(), hints = nothing(), verdicts = [];
const fineish = k => FINE.includes((verdicts[k - K] || {}).w);

/* in a narrow window layers run downwards: the same groups, moved */
(() => {
  const wide = $('.net svg'), c = wide.cloneNode(true), d = D.down, all = (q, f) => $$(q, c).forEach((e, k) => f(e, k));
  c.setAttribute('class', wide.getAttribute('class').replace('wide', 'compact'));
  c.setAttribute('viewBox', [-2, -2, d.box[0] + 4, d.box[1] + 4].join(' '));
  c.removeAttribute('style');
  c.classList.toggle('crowd', d.crowd);
  c.setAttribute('aria-labelledby', 't-compact');
  $('title', c).id = 't-compact';
  all('.unit', (e, k) => e.setAttribute('transform', `translate(${d.units[k]})`));
  all('.edge', (e, k) => e.setAttribute('d', d.edges[k]));
  all('.chip', (e, k) => { e.setAttribute('transform', `translate(${d.chips[k]})`); e.classList.toggle('flt', d.floats) });
  wide.after(c);
})();
const slots = $$('text[data-s]'), rs = $$('.net [data-r]'), qs = $$('[data-q]'), chips = $$('.chip'), card = $('#card');
$$('.ln,.giv li').forEach(li => li.removeAttribute('id'));
history.scrollRestoration = 'manual';
lis.forEach(li => { const s = document.createElement('span'); s.className = 'was'; $('.row .nm', li).after(s) });

function numbers() {
  v = run(given.map(g => g.v));
  v0 = v0 || v;
  for (let k = D.free; k < K; k++) given[k] = {v: v[k]};
  same = G.every((g, k) => k >= D.free || given[k].v === g[2]);
  $$('[data-t]').forEach(e => { e.textContent = minus(text(AT.get(e.dataset.t), 9)) });
  lis.forEach((li, k) => {
    $('.vl', li).textContent = minus(text(K + k, 9));
    const d = v[K + k] !== v0[K + k] && !(isNaN(v[K + k]) && isNaN(v0[K + k])), w = $('.was', li);
    li.classList.toggle('dif', d);
    w.textContent = d ? (v[K + k] > v0[K + k] ? '▲' : '▼') : '';
    w.title = d ? say('in the example {}', minus(fmt(v0[K + k]))) : '';
  });
  const broken = L.findIndex((l, k) => !isFinite(v[K + k]));
  $('#broken').textContent = broken < 0 ? '' : say('The computation breaks at {}: no number comes out of these givens.', L[broken].n);
}

function show() {
  const l = L[i], slot = new Map();
  root.dataset.k = l.k;
  if (l.at) place = l.at;
  $$('.smp [data-at]').forEach(b => b.setAttribute('aria-pressed', b.dataset.at == place));
  $$('.hot').forEach(e => e.classList.remove('hot'));
  slots.forEach(s => { const k = (s.closest('.chip') ? total : placed)(s.dataset.s); s.textContent = k == null ? '' : minus(mode == 'practise' && k >= K && ans[N[k]] ? ans[N[k]] : text(k, 4)) });
  rs.forEach(r => {
    const k = (r.closest('.chip') ? total : placed)(r.dataset.r);
    r.classList.toggle('off', k == null || !known(k));
    r.classList.toggle('now', k == K + i);
    r.classList.toggle('use', l.u.includes(k));
  });
  qs.forEach(q => {
    const n = q.dataset.q;
    q.classList.toggle('own', l.o.includes(n));
    const aside = q.dataset.from && l.p == 'backward' && !l.o.includes(q.dataset.from);
    q.classList.toggle('used', l.s.includes(n) && !l.o.includes(n) && !aside);
  });
  chips.forEach(chip);
  lis.forEach((li, k) => {
    li.classList.toggle('cur', k == i);
    $('.row', li).tabIndex = k == i ? 0 : -1;
    li.classList.toggle('unk', mode == 'watch' && k > i);
  });
  slider.value = i + 1;
  $('#cnt').textContent = (i + 1) + ' / ' + L.length;
  slider.setAttribute('aria-valuetext', say('{} of {}', i + 1, L.length) + `, ${say(l.p)}: ${l.t}`);
  $$('.phs [data-p]').forEach(b => b.setAttribute('aria-pressed', b.dataset.p == l.p));
  fill();
  if (mode != 'practise') keepInView();
  if (!timer && !quiet) $('#live').textContent = say('Step {} of {}', i + 1, L.length) + `, ${say(l.p)}. ${l.t}: ${minus(fmt(v[K + i]))}`;
}

/* the three lines of a weight; a slope that has no place of its own stands in the second one. Where chips may cover each other,
   those of weights that are used have only the lines that are */
function chip(c) {
  const l = L[i], w = c.dataset.w, d = $('.rd', c), n = $('.rn', c), cn = $('.cn', d), cv = $('.cv', d);
  const mine = l.o.includes(w) && !rs.some(r => (r.closest('.chip') ? total : placed)(r.dataset.r) == K + i);
  const p = total(w + '+');
  cn.textContent = '∂';
  if (mine) {
    d.classList.remove('off');
    d.classList.add('now');
    cn.textContent = l.n.includes(':') ? '←' : short(v[K + i]).length < 7 ? say('slope') : '';
    cv.textContent = minus(short(v[K + i]));
  }
  n.classList.toggle('off', p == null || !known(p));
  if (c.matches('.flt:not(.own)')) [d, n].forEach(r => r.classList.toggle('off', !r.classList.contains('use')));
  const rows = 1 + !d.classList.contains('off') + !n.classList.contains('off');
  $('rect', c).setAttribute('height', 18 * rows + 3);
}

function fill() {
  const l = L[i];
  card.innerHTML = source(i).innerHTML.replace(/(<\/?)h3/g, '$1h2');
  put(card, k => text(k, digits()));
  scrolls($('.der', card), l.t);
  $$('mtr:first-child>mtd', card).forEach((c, k) => {
    const d = $$('mtr:nth-child(2)>mtd', card)[k];
    if (d && d.dataset.v && !d.classList.contains('res')) c.dataset.n = d.dataset.v;
  });
  $('h2', card).insertAdjacentHTML('beforeend', `<small>${say(l.p)}</small>`);
  const link = k => `<a href="#${esc(encodeURIComponent(N[k]))}">${nice(k)}</a>`;
  const goes = L.flatMap((m, k) => m.u.includes(K + i) ? [K + k] : []);
  const some = ks => ks.slice(0, 12).map(link).join(' ') + (ks.length > 12 ? ` <span>${say('and {} more', ks.length - 12)}</span>` : '');
  let us = l.u.length ? `<span>${say('Uses')}</span> ` + some(l.u) : '';
  us += goes.length ? ` <span class="to">${say('Goes into')}</span> ${some(goes)}` : '';
  const general = l.j != null && $(`.gen [data-j="${l.j}"]`);
  if (general) $('.der', card).insertAdjacentHTML('beforebegin', `<p class="ing">${say('In general')} ${general.innerHTML}</p>`);
  scrolls($('.ing', card), say('In general'));
  card.insertAdjacentHTML('beforeend', `<p class="uses">${us}</p>`);
}
/* what is wider than its box can be reached with the keyboard, too */
function scrolls(e, label) { if (e && e.scrollWidth > e.clientWidth) Object.assign(e, {tabIndex: 0, role: 'group', ariaLabel: label}) }
/* a name with the sample and time step that it stands at */
const nice = k => { const g = k < K && $(`.giv [data-t="${CSS.escape(N[k])}"]`); return k >= K ? $('.nm', lis[k - K]).innerHTML + L[k - K].at : g ? g.previousElementSibling.innerHTML : esc(N[k]) };

function keepInView() {
  const part = $$('.unit.own,.chip.own').find(e => e.getBoundingClientRect().height), at = part && part.getBoundingClientRect();
  if (!quiet && at && mode == 'watch' && getComputedStyle($('.dock')).position == 'sticky') {
    const end = $('.dock').getBoundingClientRect().top, away = at.top < 8 ? at.top - 60 : at.bottom > end - 8 ? at.bottom - end + 24 : 0;
    if (away && scrollY + away < $('.fig').offsetTop + $('.fig').offsetHeight) scrollBy(0, away);
  }
  const s = $('.sheet'), r = lis[i];
  if (s.scrollHeight > s.clientHeight + 4) {
    const a = r.offsetTop, t = s.scrollTop;
    if (a < t + 90 || a > t + s.clientHeight - 70) s.scrollTop = a - s.clientHeight * .4;
  }
}

/* going from step to step */
const slider = $('.bar input');
function go(k, push) {
  i = Math.max(0, Math.min(L.length - 1, k));
  show();
  const h = '#' + (mode == D.first ? '' : mode + ':') + encodeURIComponent(L[i].n).replace(/%2F/g, '/');
  if (location.hash != h) try { history[push ? 'pushState' : 'replaceState'](0, '', h) } catch (e) {}
}
function fromHash() {
  let words = location.hash;
  try { words = decodeURIComponent(words) } catch (e) {}
  const m = /^#(?:(watch|change|practise):?)?(.*)$/.exec(words) || [];
  const wanted = m[1] || D.first;
  if (wanted != mode && D.modes.includes(wanted)) setMode(wanted, 1);
  const k = AT.get(m[2]);
  if (k >= K) go(k - K); else if (k >= 0) flash(m[2]); else show();
}
function flash(n) {
  const e = $$('[data-q],[data-r]').filter(x => x.dataset.q == n || x.dataset.r == n);
  e.forEach(x => x.classList.add('hot'));
  setTimeout(() => e.forEach(x => x.classList.remove('hot')), 1600);
}
function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => { if (i + 1 >= L.length) play(0); else go(i + 1) }, 1700) : 0;
  $('.pl').classList.toggle('on', !!on);
  $('.pl').setAttribute('aria-label', on ? say('Pause') : say('Play'));
  if (!on) show();
}
function setMode(m, silent) {
  play(0);
  mode = m;
  root.dataset.mode = m;
  $$('.modes button').forEach(b => b.setAttribute('aria-pressed', b.dataset.m == m));
  if (m == 'change') curve();
  if (m == 'practise') ask();
  if (!silent) go(i, 1); else show();
}
$$('.modes button').forEach(b => b.onclick = () => setMode(b.dataset.m));
slider.oninput = () => { const k = slider.value - 1; play(0); go(k) };
$$('.ic[data-d]').forEach(b => b.onclick = () => { play(0); go(i + +b.dataset.d) });
$('.pl').onclick = () => { if (!timer && i + 1 >= L.length) go(0); play(!timer) };
$$('.phs [data-p]').forEach(b => b.onclick = () => { play(0); go(L.findIndex(l => l.p == b.dataset.p), 1) });
$$('.smp [data-at]').forEach(b => b.onclick = () => {
  place = b.dataset.at;
  const base = L[i].n.replace(PLACE, ''), k = AT.get(base + place);
  play(0);
  if (k >= K && L[i].at) go(k - K, 1); else show();
});
addEventListener('keydown', e => {
  if (mode == 'practise' || e.target.matches('input,textarea') || e.metaKey || e.ctrlKey || e.altKey) return;
  const inRow = e.target.matches('.row');
  const d = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10}[e.key] || inRow && {ArrowUp: -1, ArrowDown: 1}[e.key];
  const end = e.key == 'Home' ? 0 : e.key == 'End' ? L.length - 1 : null;
  if (d || end != null) { e.preventDefault(); play(0); go(end != null ? end : i + d); inRow && $('.cur .row').focus() }
});
addEventListener('hashchange', fromHash);
document.addEventListener('click', e => {
  const a = e.target.closest('a[href^="#"]'), q = e.target.closest('[data-v],[data-n],[data-r]');
  let n = null;
  if (a) { e.preventDefault(); n = decodeURIComponent(a.getAttribute('href').slice(1)) }
  else if (q && !e.target.closest('input')) n = q.dataset.v || q.dataset.n || q.dataset.r;
  if (n == null) return;
  const k = q && q.dataset.r && !a ? placed(n) : AT.get(n);
  if (mode == 'practise') { const f = k >= K && $('.ask input', lis[k - K]); if (f) f.focus(); return }
  play(0);
  if (k >= K) go(k - K, 1); else flash(n.replace(PLACE, ''));
});
const warm = (e, on) => {
  const q = e.target.closest && e.target.closest('.card [data-v],.card [data-n]'), n = q && (q.dataset.v || q.dataset.n);
  if (!q) return;
  const base = n.replace(PLACE, '');
  $$('[data-v],[data-n],[data-r],.chip').filter(x => x.dataset.v == n || x.dataset.n == n || x.dataset.r == base || x.dataset.q == base && x.matches('.chip')).forEach(x => x.classList.toggle('hot', on));
};
document.addEventListener('pointerover', e => warm(e, true));
document.addEventListener('pointerout', e => warm(e, false));

/* changing the givens */
const fs = $$('[data-g]'), err = $('.err');
const wrong = f => f.getAttribute('aria-invalid') == 'true';
const bounds = new Map(D.bounds);
/* the number in a field, or what is wrong with it: the program refuses some numbers of an optimizer */
function entry(f) {
  const x = read(f.value), [low, least, above, whole, below, high] = bounds.get(f.dataset.g) || [];
  return x < least || above && x == least || whole && x % 1 ? low : x >= below && high || x;
}
function paint() {
  fs.forEach(f => {
    const k = AT.get(f.dataset.g), g = given[k];
    if (!wrong(f) && (document.activeElement != f || entry(f) !== g.v)) f.value = mark(g.t ?? fmt(g.v, 6));
    f.title = String(g.v);
    f.classList.toggle('chg', g.v !== G[k][2]);
  });
  const all = fs.filter(wrong).map(f => { const g = given[AT.get(f.dataset.g)]; return say('{}: {}; {} is kept.', f.dataset.g, entry(f), mark(g.t ?? fmt(g.v, 6))) });
  if (picker && wrong(picker)) all.push(say('Training step: a whole number from 1 to {}.', picker.max));
  err.classList.toggle('on', all.length > 0);
  err.textContent = all.join(' ');
}
const E = AT.get(D.objective);
function refresh(restart) { numbers(); if (restart) { hist = [v[E]]; done = 0 } paint(); curve(); if ($('.ask')) judgeAll(); show() }
function curve() {
  if (!$('.spark')) return;
  if (!hist.length) hist = [v[E]];
  const all = whole.length > hist.length && hist.every((e, k) => e === whole[k]) ? whole : hist;
  const n = all.length, top = Math.max(...all.filter(isFinite), 0) || 1, low = Math.min(...all.filter(isFinite), 0), W = $('.spark').clientWidth || 400;
  const p = all.map((e, k) => [6 + k / Math.max(n - 1, 9) * (W - 12), 80 - (e - low) / (top - low || 1) * 72]).filter(a => isFinite(a[1]));
  $('.ax').setAttribute('d', `M0 81.5H${W}`);
  $('.spark polyline').setAttribute('points', p.map(a => a.join()).join(' '));
  const c = $('.spark circle'), z = p[Math.min(hist.length, p.length) - 1] || [6, 80];
  c.setAttribute('cx', z[0]);
  c.setAttribute('cy', z[1]);
  $('.spark').setAttribute('aria-label', say('The loss, step by step: from {} to {}', minus(fmt(all[0], 4)), minus(fmt(all[n - 1], 4))));
  $('#at').textContent = D.step + done;
  $('#enow').textContent = minus(fmt(v[E], 6));
  const d = v[E] - v0[E];
  $('#ewas').textContent = d ? (d < 0 ? '▼ ' : '▲ ') + say('{} from {}', minus(fmt(Math.abs(d), 3)), minus(fmt(v0[E], 6))) : say('as in the example');
  if (!same) $('#ewas').textContent += (D.texts ? ' · ' + say('double precision') : '') + (D.settled ? ' · ' + say('{} iterations, as in the example', D.settled) : '');
}
fs.forEach(f => {
  f.oninput = () => {
    const x = entry(f), bad = typeof x == 'string';
    f.setAttribute('aria-invalid', bad);
    if (bad) { paint(); return }
    given[AT.get(f.dataset.g)] = {t: f.value.trim().replace(',', '.'), v: x};
    edited = true;
    refresh(1);
  };
  f.onblur = () => { if (!wrong(f)) paint() };
  f.onkeydown = e => { const d = {ArrowUp: 1, ArrowDown: -1}[e.key]; if (d) { e.preventDefault(); nudge(f, d) } };
});
function nudge(f, d) {
  if (typeof read(f.value) == 'string') return;
  const [, x, end] = /^([^e/]*)(.*)/i.exec(f.value.replace(',', '.').replace(/[−–]/g, '-')), n = (x.trim().split('.')[1] || '').length;
  f.value = mark((+x + d * 10 ** -n).toFixed(n) + end);
  f.oninput();
}
$$('.fd label').forEach(l => {
  let x0;
  l.onpointerdown = e => { x0 = e.clientX; l.setPointerCapture(e.pointerId) };
  l.onpointermove = e => { if (x0 == null) return; const d = Math.trunc((e.clientX - x0) / 6); if (d) { nudge(document.getElementById(l.htmlFor), d); x0 += d * 6 } };
  l.onpointerup = () => { x0 = null };
});
function onward(n) {
  for (let k = 0; k < n; k++) {
    const next = updated(v);
    if (!next.length) break;
    next.forEach(([k, x]) => { given[k] = {t: null, v: x} });
    v = run(given.map(g => g.v));
    hist.push(v[E]);
    done++;
  }
  refresh();
}
const picker = $('#step');
/* where steps can be picked, the loss of all of them */
for (let h = G.map(g => g[2]), n = picker ? Math.min(+picker.max, 2000) : 0; n--;) {
  const w = run(h);
  whole.push(w[E]);
  updated(w).forEach(([k, x]) => { h[k] = x });
}
if (picker) picker.oninput = () => {
  const n = +picker.value, bad = n % 1 || n < 1 || n > picker.max;
  picker.setAttribute('aria-invalid', !!bad);
  if (bad) { paint(); return }
  asGiven();
  v = run(given.map(g => g.v));
  hist = [v[E]];
  done = 0;
  onward(n - 1);
};
function asGiven() { G.forEach((g, k) => { given[k] = {t: g[1], v: g[2]} }); edited = false }
/* the file with the numbers of this moment; and where this is: what has to be set for it, or else the training step n */
const full = k => given[k].t ?? String(given[k].v);
const yaml = () => D.file.map(p => typeof p == 'string' ? p : full(p)).join('');
const where = () => {
  const set = edited || D.set.length ? G.slice(0, D.free).flatMap(([n, t, x], k) => D.set.includes(n) || t == null || given[k].v !== x ? [n + '=' + full(k)] : []) : [];
  return {set, n: set.length ? 1 : D.step + done};
};
const copied = (text, b) => {
  const said = b.textContent, done = () => { b.textContent = say('Copied'); setTimeout(() => b.textContent = said, 1500) };
  (navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject()).then(done, () => {
    const a = document.createElement('textarea');
    a.value = text;
    document.body.append(a);
    a.select();
    document.execCommand('copy');
    a.remove();
    done();
  });
};
const acts = {
  reset() {
    asGiven();
    $$('[aria-invalid]').forEach(f => f.removeAttribute('aria-invalid'));
    if (document.activeElement) document.activeElement.blur();
    refresh(1);
  },
  copy(b) { copied(yaml(), b) },
  command(b) {
    const {set, n} = where();
    copied(D.command + set.map(s => ` --set '${s}'`).join('') + (n > 1 ? ' --at ' + n : ''), b);
  },
};
$$('[data-a]').forEach(b => b.onclick = () => +b.dataset.a ? onward(+b.dataset.a) : (acts[b.dataset.a] || practised[b.dataset.a])(b));

numbers();
curve();
paint();
quiet = true;
fromHash();
quiet = false;
addEventListener('load', () => scrollTo(0, 0));
addEventListener('resize', () => { quiet = true; show(); if (mode == 'change') curve(); quiet = false });
