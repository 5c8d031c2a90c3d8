/* What the page and its practising have in common, without the page: D is what the listing says. */
const G = D.givens, L = D.lines, K = G.length;
const N = G.map(g => g[0]).concat(L.map(l => l.n)), AT = new Map(N.map((n, k) => [n, k]));
const has = n => AT.has(n);
const PLACE = /(@\d+)?(\[\d+\])?$/;

/* of a line: its phase p and colour k, the sample and time step it stands at, the parts of the drawing that it uses s */
L.forEach(l => {
  l.k = 'ffbu'[l.p];
  l.p = ['forward', 'loss', 'backward', 'update'][l.p];
  l.at = PLACE.exec(l.n)[0];
  l.s = [...new Set(l.u.flatMap(k => k < K ? G[k].slice(3) : L[k - K].o))];
});

/* the lines in the order of the listing, in which a loss comes before the next sample or time step */
const ORDER = D.order || L.map((l, k) => k);

/* what is given after the update of a step with these values: places and numbers; none where the computation broke */
const updated = v => { const next = D.carried.map(([old, now]) => [AT.get(old), v[AT.get(now)]]); return next.every(([, x]) => isFinite(x)) ? next : [] };

/* a sentence in the language of the page, its gaps filled */
const say = (s, ...a) => { let n = 0; return (D.words[s] || s).replace(/\{(\d*)}/g, (m, k) => a[k || n++]) };
const mark = s => D.comma ? s.replace('.', ',') : s;

/* a number as it is typed, or what is wrong with it */
function read(s) {
  s = s.trim().replace(/[−–]/g, '-');
  if (!s) return say('is empty');
  if (/^[-+]?\d*,\d+(e.*)?$/i.test(s)) { if (!D.comma) return say('{}: write a point, {}', s, s.replace(',', '.')); s = s.replace(',', '.') }
  const m = /^([-+]?\d+)\s*\/\s*(\d+)$/.exec(s);
  const x = m ? +m[2] ? m[1] / m[2] : NaN : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(s) ? +s : NaN;
  if (x !== x) return say('“{}” is not a number', s);
  return isFinite(x) ? x : say('{} is too large for a computer’s number', s);
}

/* a number with so many digits and no zeros that claim more; with four, in eight characters; as it is printed among words */
const fmt = (x, d = 9) => {
  if (!isFinite(x)) return say('no number');
  const [m, e] = x.toExponential(d - 1).split('e'), t = Number(x.toPrecision(d));
  return e < -7 || e >= d ? Number(m) + 'e' + e : e < -6 ? t.toFixed(d + 6).replace(/0+$/, '') : String(t);
};
const short = x => { const n = String(Math.abs(Math.round(x))).length; let d = n < 9 ? Math.max(4, n) : 4, s; do s = fmt(x, d--); while (minus(s).length > 8 && d); return s };
const minus = s => mark(s).replace(/e[+]?(-?)0*(\d+)$/, (_, n, p) => '·10' + (n && '⁻') + p.replace(/./g, c => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c])).replace(/-/g, '−');
