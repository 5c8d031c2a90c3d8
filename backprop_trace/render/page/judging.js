/* Judging: each answer is judged as `check` judges a line, from the learner's own numbers.
   P holds what is known of each line: d slopes by place, o operations on the way, b bent formulas, r rational, c copied, q shortcut. */
const FINE = ['right', 'rounded', 'follows'];
const SIGN = {right: '✓', rounded: '≈', follows: '↳', slip: '✎', 'not this': '✗', undecided: '…', 'not a number': '?'};
const CLASS = {right: 'fine', rounded: 'fine', follows: 'fine', slip: 'slip', 'not this': 'bad', 'not a number': 'bad', undecided: 'und'};
const order = x => { x = Math.abs(x); if (!(x > 0)) return -Infinity; const e = Math.floor(Math.log10(x) + 1e-12); return e };
const halfOf = (size, figures) => size > 0 ? .5 * 10 ** (order(size) - figures + 1) : 0;

/* a number as it is written: its value, half a unit of its last digit, its decimals and figures */
function written(text) {
  const s = text.trim().replace(/[−–]/g, '-').replace(/^([-+]?\d+),(\d+)$/, '$1.$2');
  const x = read(s);
  if (typeof x == 'string') return {bad: x};
  if (s.includes('/')) return {x, h: 0, d: 99, g: 99, s};
  const m = /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(s);
  const d = (m[2] || '').length - (+m[3] || 0), digits = (m[1] + (m[2] || '')).replace(/^0+/, '');
  return {x, h: .5 * 10 ** -d, d, g: Math.max(1, digits.length), s};
}
const ends = (x, d) => { const u = x * 10 ** d; return Math.abs(u - Math.round(u)) <= 1e-9 * Math.max(1, Math.abs(u)) };
const muteFor = (w, value) => w.x !== value && w.h > 0 && -w.d > order(value);
const near = (w, value) => Math.abs(w.x - value) <= w.h * (1 + 1e-9) + 1e-15 * Math.abs(value);

/* to how many digits the learner rounds, learnt from lines that had to be rounded */
function habitsOf(W, T) {
  const told = [];
  let cut = 0, up = 0;
  W.forEach((w, k) => {
    if (!w || w.bad || !w.h || !/[1-9]/.test(w.s)) return;
    const t = T[K + k];
    if (!muteFor(w, t)) { const over = (Math.abs(w.x) - Math.abs(t)) / (2 * w.h); up += over > 1e-9 && over <= .5; cut += over > -1 && over < -.5 }
    if (w.d > 0 && !ends(t, w.d) && -w.d <= order(t)) told.push(w);
  });
  const most = f => { const n = {}; told.forEach(w => n[w[f]] = (n[w[f]] || 0) + 1); const best = Object.keys(n).sort((a, b) => n[b] - n[a])[0]; return best != null && n[best] >= .8 * told.length ? +best : null };
  const same = f => new Set(told.map(w => w[f])).size == 1;
  const h = {decimals: null, figures: null, fewest: told.length ? Math.min(...told.map(w => w.d)) : null, even: told.length >= 8 && (same('d') || same('g')), cuts: cut >= 3 && !up, mayCut: cut > 0 && !up};
  if (told.length >= 2) { h.decimals = most('d'); h.figures = most('g') }
  return h;
}
const narrowly = (H, size, figures) => Math.max(halfOf(size, Math.max(4, figures)), H.decimals != null ? .5 * 10 ** -H.decimals : 0, H.figures != null ? halfOf(size, H.figures) : 0);
const coarsely = (H, size) => { const f = H.fewest == null ? 3 : H.fewest, least = H.even ? f : Math.min(3, f); return Math.max(halfOf(size, 3), .5 * 10 ** -least, narrowly(H, size, 3)) };

/* the bands of all lines, from what is written: middles v, slopes by rounded number s, their radii r */
class Bands {
  constructor(J, figures, coarse) { Object.assign(this, {J, figures, coarse}); this.v = J.g.slice(); this.s = []; this.r = new Map(); this.made = 0 }
  upTo(k) { for (; this.made <= k; this.made++) this.make(this.made) }
  slopesOf(j) { return j < K ? null : this.s[j - K] }
  make(k) {
    const J = this.J, w = J.W[k], at = K + k;
    if (w && !w.bad && !J.mute[k]) { this.v[at] = w.x; this.s[k] = J.exact[k] != null || !w.h ? null : new Map([[at, 1]]); this.r.set(at, w.h); return }
    const f = J.bent[k] || F[k];
    this.v[at] = f(this.v);
    if (J.exact[k] != null) { this.v[at] = J.exact[k]; this.s[k] = null; return }
    const s = this.line(k), size = Math.abs(this.v[at]);
    if (!P[k].c || this.coarse && /^out_/.test(N[at])) {
      const own = (this.coarse ? coarsely(J.H, size) : narrowly(J.H, size, this.figures)) + this.noise(k, (x, n) => this.coarse ? coarsely(J.H, x) : narrowly(J.H, x, this.figures));
      if (s.size > 150) { let reach = own; s.forEach((a, j) => reach += Math.abs(a) * this.r.get(j)); s.clear(); s.set('k' + k, 1); this.r.set('k' + k, reach) }
      else { s.set('k' + k, 1); this.r.set('k' + k, own) }
    }
    if (this.coarse && J.mute[k]) { const far = Math.abs(this.v[at] - w.x) + w.h; s.set('m' + k, 1); this.r.set('m' + k, far) }
    this.s[k] = s.size ? s : null;
  }
  /* the slopes of a line by the numbers that were rounded */
  line(k) {
    const s = new Map();
    for (const [j, d] of P[k].d) {
      const inner = this.slopesOf(j);
      if (!inner) continue;
      const a = d(this.v);
      inner.forEach((b, symbol) => s.set(symbol, (s.get(symbol) || 0) + a * b));
    }
    return s;
  }
  noise(k, half) { let n = 0; for (const [value, slope] of P[k].o) { const a = value(this.v), b = slope(this.v); if (a && isFinite(b)) n += Math.abs(b) * half(Math.abs(a)) } return n }
  /* how far a line may be off, without the rounding of its result; and by the written numbers alone */
  reach(k, w) {
    this.upTo(k - 1);
    const H = this.J.H, half = w.g < 3 ? w.h * 10 ** (w.g - 3) : w.h;
    const of = this.coarse ? x => Math.max(half, halfOf(x, 3))
      : x => { if (H.decimals != null && H.figures == null) return half; const own = halfOf(x, Math.max(3, w.g)); return H.figures != null && H.decimals == null ? own : Math.max(half, own) };
    let all = this.noise(k, of), own = all, low = all;
    this.line(k).forEach((a, symbol) => { const r = Math.abs(a) * this.r.get(symbol); all += r; if (typeof symbol == 'number') own += r });
    const middle = (this.J.bent[k] || F[k])(this.v);
    return {middle, all: all + 1e-14 * Math.abs(middle), own};
  }
}

class Judging {
  constructor(g, answers) {
    this.g = g;
    this.T = run(g);
    this.W = L.map(l => answers[l.n] ? written(answers[l.n]) : null);
    this.H = habitsOf(this.W, this.T);
    this.mute = [];
    this.bent = [];
    this.tainted = [];
    this.exact = [];
    this.bands = new Map();
  }
  of(figures, coarse) { const key = coarse ? 'c' : figures; if (!this.bands.has(key)) this.bands.set(key, new Bands(this, figures, coarse)); return this.bands.get(key) }
  all() { return L.map((l, k) => this.line(k)) }
  exactly(k, d, g) {
    if (!P[k].r) return null;
    const v = this.g.slice();
    for (const [j] of P[k].d) { if (j >= K) { if (this.exact[j - K] == null) return null; v[j] = this.exact[j - K] } }
    const x = F[k](v), figures = this.H.decimals != null ? 99 : Math.max(3, g);
    const fits = y => ends(y, d) && (figures > 20 || !y || ends(y, figures - 1 - order(y)));
    return fits(x) && P[k].o.every(([value]) => fits(value(v))) ? Number(x.toPrecision(14)) : null;
  }
  line(k) {
    const w = this.W[k], uses = P[k].d.map(d => d[0]).filter(j => j >= K).map(j => j - K);
    const sound = !uses.some(j => this.tainted[j]);
    if (!w || w.bad) {
      this.tainted[k] = !sound;
      const unit = w ? 9 : Math.max(0, Math.min(9, -order(2 * coarsely(this.H, Math.abs(this.T[K + k])))));
      this.exact[k] = this.exactly(k, unit, 99);
      return w ? {w: 'not a number', s: w.bad + '.'} : null;
    }
    const found = this.honest(k, w, sound);
    if (!['right', 'rounded', 'undecided'].includes(found.w)) this.tainted[k] = true;
    else if (found.mute) { this.mute[k] = true; this.tainted[k] = !sound }
    this.exact[k] = found.exact ? w.x : null;
    return found;
  }
  honest(k, w, sound) {
    const t = this.T[K + k], right = near(w, t) && !muteFor(w, t);
    const exact = w.h && w.g < 13 ? this.exactly(k, w.d, w.g) : null;
    if (sound && right && (exact == null || w.x == exact)) return {w: 'right', exact: exact != null};
    if (exact != null) return w.x == exact || Math.abs(w.x - exact) < 1e-12 ? {w: near(w, t) ? 'right' : sound ? 'rounded' : 'follows', exact: true} : right && w.x == t ? {w: 'right'} : this.explained(k, w, {middle: exact, all: 0, own: 0});
    const narrow = this.of(Math.min(9, Math.max(4, w.g)), false).reach(k, w);
    const should = sound ? t : narrow.middle;
    if (muteFor(w, should) && Math.abs(w.x - should) <= (w.d > 0 ? w.h : 4 * w.h) * (1 + 1e-9)) return {w: 'undecided', mute: true, s: 'Too few digits to tell.'};
    if (right) return {w: 'right'};
    if (!isFinite(narrow.all) || !isFinite(narrow.middle)) return {w: 'undecided', s: 'Nothing bounds this line.'};
    const fine = sound ? 'rounded' : 'follows', said = sound ? 'Right within the rounding of your earlier lines.' : 'Follows from your numbers above: no new mistake.';
    const inside = (b, h) => { let c = b.middle; if (this.H.cuts) c -= Math.sign(c) * w.h; return Math.abs(w.x - c) <= (b.all + h) * (1 + 1e-6) };
    if (inside(narrow, w.h)) {
      const off = Math.abs(w.x - narrow.middle), units = (w.g < 2 ? .5 : w.g < 3 ? 1 : 3) * 2 * w.h;
      const size = /\+$/.test(L[k].n.replace(/(@\d+)?(\[\d+\])?$/, '')) ? Math.abs(narrow.middle - this.before(k)) : Math.abs(narrow.middle);
      const share = this.H.decimals != null || this.H.figures != null ? .1 : .01;
      return off <= Math.max(units, share * size, narrow.own + w.h) * 1.0001 ? {w: fine, s: said} : {w: 'undecided', s: 'What you left out leaves too much room to tell.'};
    }
    if (w.g >= 3 && w.h) { const m = sound ? t : narrow.middle, unit = 2 * w.h; if (Math.abs(Math.round(m / unit) - Math.round(w.x / unit)) <= 1) return {w: fine, s: 'The last digit is off by one.'} }
    const coarse = this.of(0, true).reach(k, w);
    if (!isFinite(coarse.all) || Math.abs(w.x - coarse.middle) <= (coarse.all + (this.H.mayCut ? 2 : 1) * w.h) * (1 + 1e-6)) return {w: 'undecided', s: 'Right only if the lines you left out were carried coarsely.'};
    return this.explained(k, w, narrow);
  }
  before(k) { const old = D.carried.find(c => c[1] == L[k].n); return old ? this.of(4, false).v[AT.get(old[0])] : 0 }
  explained(k, w, band) {
    const B = this.of(Math.min(9, Math.max(4, w.g)), false);
    B.upTo(k - 1);
    const room = w.h * (1 + 1e-6) + 1e-14 * Math.abs(w.x);
    for (const [slip, f] of P[k].b) {
      const y = f(B.v);
      if (!isFinite(y) || Math.abs(y - w.x) > .05 * Math.abs(w.x) + 50 * w.h) continue;
      let reach = B.noise(k, x => Math.max(w.h * .1, halfOf(x, Math.max(3, w.g))));
      for (const m of new Set([...String(f).matchAll(/v\[(\d+)]/g)].map(m => +m[1]))) {
        const inner = B.slopesOf(m);
        if (!inner) continue;
        let r = 0;
        inner.forEach((a, symbol) => r += Math.abs(a) * B.r.get(symbol));
        const u = B.v.slice();
        u[m] += r;
        reach += Math.abs(f(u) - y);
      }
      const off = Math.abs(y - w.x);
      if (off <= reach + room && (reach <= .15 * Math.abs(w.x) || off <= w.h * 1.01)) return {w: 'slip', slip: D.slips[slip][0], s: `Your number is what one gets if ${D.slips[slip][1]}.`};
    }
    return {w: 'not this', s: 'This does not follow from your lines, and no known slip gives it.'};
  }
}
const judge = (g, answers) => new Judging(g, answers).all();
