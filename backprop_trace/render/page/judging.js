/* Judging: each answer is judged as `check` judges a line, from the learner's own numbers.
   P holds what is known of each line: d slopes by place, o operations on the way, b bent formulas, k its kind, r rational, c copied,
   i hardly ever written, q another formula that gives the same. R are the numbers that the checker judges by. */
const FINE = ['right', 'rounded', 'follows'];
const SIGN = {right: '✓', rounded: '≈', follows: '↳', slip: '✎', 'not this': '✗', undecided: '…', 'not a number': '?'};
const CLASS = {right: 'fine', rounded: 'fine', follows: 'fine', slip: 'slip', 'not this': 'bad', 'not a number': 'bad', undecided: 'und'};
const order = x => { x = Math.abs(x); if (!(x > 0)) return -Infinity; const e = Math.floor(Math.log10(x) + 1e-12); return e };
const halfOf = (size, figures) => size > 0 ? .5 * 10 ** (order(size) - figures + 1) : 0;

/* a number as it is written: its value x, half a unit of its last digit h, its decimals d, figures g, and zeros z that may fill its places */
function written(text) {
  const s = text.trim().replace(/[−–]/g, '-').replace(/^([-+]?\d*),(\d+)/, '$1.$2');
  const x = read(s);
  if (typeof x == 'string') return {bad: x};
  if (s.includes('/')) return {x, h: 0, d: 99, g: 99, z: 0, s};
  const m = /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(s);
  const d = (m[2] || '').length - (+m[3] || 0), digits = (m[1] + (m[2] || '')).replace(/^0+/, ''), g = digits.length;
  const z = /^[-+]?\d+$/.test(s) ? Math.max(0, Math.min(/0*$/.exec(digits)[0].length, g - 2)) : 0;
  return {x, h: .5 * 10 ** -d, d, g, z, s};
}
const ends = (x, d) => { const u = x * 10 ** d; return Math.abs(u - Math.round(u)) <= 1e-9 * Math.max(1, Math.abs(u)) };
const showsNothing = (w, value) => w.x !== value && w.h > 0 && (!value || -w.d > order(value));
const near = (w, value) => Math.abs(w.x - value) <= w.h * (1 + 1e-9) + 1e-15 * Math.abs(value);
const matches = (w, value) => { const less = Math.abs(value) - Math.abs(w.x); return Math.abs(w.x - value) <= 1.0001 * w.h || less >= 0 && less < 2 * w.h && w.x * value >= 0 };
const hadToBeRounded = (w, t) => w.d > 0 && w.h > 0 && /[1-9]/.test(w.s) && !ends(t, w.d) && -w.d <= order(t);
/* half a unit of a number that a slip gives: a whole number of one or two figures is no rounded one */
const ownHalf = w => Math.max(w.d || w.g > 2 ? w.h : 0, 1e-12 * Math.abs(w.x));
/* is a number what a band gives: within what the digits of the numbers in it leave open, and not merely because that is wide? */
const explains = (b, w) => { const off = Math.abs(b.middle - w.x), h = ownHalf(w), reach = b.all - b.noise; return off <= reach + 1.02 * h + (w.g < 3 ? 0 : Math.min(b.noise, h)) && (reach <= R.wide * Math.abs(w.x) || off <= 1.01 * h) && (off <= reach / 2 + 1.02 * h ? TIGHT : LOOSE) };
const slackOf = w => Math.max(w.h, w.g > 11 && w.g < 99 ? 1e-13 + 1e-12 * Math.abs(w.x) : 0);

/* to how many digits the learner rounds, learnt from lines that had to be rounded */
function habitsOf(W, T) {
  const all = W.map((w, k) => w && {w, t: T[K + k]}).filter(a => a), told = all.filter(a => hadToBeRounded(a.w, a.t)).map(a => a.w);
  const few = a => a.w.g - a.w.z <= R.few, shown = a => a.w.z && Math.abs(a.w.x - a.t) > 0 && Math.abs(a.w.x - a.t) < 10 ** a.w.z;
  const coarsest = all.every(few) || all.some(a => (shown(a) || hadToBeRounded(a.w, a.t)) && few(a)) ? R.few : R.coarse;
  const most = f => { const n = new Map(); told.forEach(w => n.set(w[f], (n.get(w[f]) || 0) + 1)); const [best, count] = [...n].reduce((a, b) => b[1] > a[1] ? b : a); return count >= R.alike * told.length ? best : null };
  const same = f => new Set(told.map(w => w[f])).size == 1, h = {decimals: null, figures: null, fewest: null, coarsest, even: false, cuts: false, mayCut: false};
  if (!told.length) return h;
  h.fewest = Math.min(...told.map(w => w.d));
  h.even = told.length >= R.enough && (same('d') || same('g'));
  if (same('d') && told.length > 1) h.coarsest = R.coarse;
  if (told.length > 1) { h.decimals = most('d'); h.figures = most('g') }
  return h;
}
const learnt = H => H.decimals != null || H.figures != null;
const ofDecimals = (H, coarse) => H.decimals != null && (coarse || H.figures == null) ? .5 * 10 ** -H.decimals : 0;
const narrowly = (H, size, figures) => Math.max(halfOf(size, Math.max(R.carried, figures)), H.decimals != null ? .5 * 10 ** -H.decimals : 0, H.figures != null ? halfOf(size, H.figures) : 0);
const coarsely = (H, size) => { const f = H.fewest == null ? 3 : H.fewest, least = H.even ? f : Math.min(3, f); return Math.max(halfOf(size, H.coarsest), .5 * 10 ** -least, narrowly(H, size, R.coarse)) };
const figuresOf = w => Math.min(R.finest, Math.max(R.carried, w.g));
/* is something rounded on the way to the result of a formula: a product, a power or a function inside it? */
const isRounded = f => {
  const text = String(f).slice(3).replace(/v\[\d+]/g, 'v'), count = (text.match(/[*\/]|\w\(/g) || []).length;
  let outside = text.slice(1);
  while (outside != (outside = outside.replace(/\([^()]*\)/g, '')));
  return count > 1 || count == 1 && /[-+]/.test(outside);
};
const usedIn = f => f.uses = f.uses || [...new Set([...String(f).matchAll(/v\[(\d+)]/g)].map(m => +m[1]))];

/* the bands of all lines, from what is written: middles v, slopes by rounded number s, their radii r */
class Bands {
  constructor(J, figures, coarse) { Object.assign(this, {J, figures, coarse}); this.v = J.g.slice(); this.s = []; this.r = new Map(); this.made = 0 }
  upTo(k) { for (; this.made <= k; this.made++) this.make(this.made); return this }
  half(size) { const H = this.J.H; return (this.coarse ? coarsely(H, size) : narrowly(H, size, this.figures)) * (H.cuts ? 2 : 1) }
  make(k) {
    const J = this.J, H = J.H, w = J.W[k], at = K + k;
    if (w && !J.mute[k]) {
      const h = slackOf(w), point = !w.h || J.exact[k] != null;
      this.v[at] = w.x + (H.cuts && !point ? (w.x < 0 ? -h : h) : 0);
      this.s[k] = point ? null : new Map([[at, 1]]);
      this.r.set(at, this.coarse && H.mayCut && !H.cuts ? 2 * h : h);
      return;
    }
    const f = J.bent[k] || F[k];
    this.v[at] = f(this.v);
    this.s[k] = null;
    if (J.exact[k] != null) { this.v[at] = J.exact[k]; return }
    const s = this.slopes(f, J.bent[k] ? null : P[k].d), size = Math.abs(this.v[at]);
    if (J.bent[k] || !P[k].c || this.coarse && /^(out_|d[^/]*\/d)/.test(N[at])) {
      const own = this.half(size) + this.noise(k, x => this.half(x));
      if (s.size > 150) { let reach = own; s.forEach((a, j) => reach += Math.abs(a) * this.r.get(j)); s.clear(); s.set('k' + k, 1); this.r.set('k' + k, reach) }
      else { s.set('k' + k, 1); this.r.set('k' + k, own) }
    }
    if (this.coarse && J.mute[k]) { const far = Math.abs(this.v[at] - w.x) + w.h; s.set('m' + k, 1); this.r.set('m' + k, far) }
    this.s[k] = s.size ? s : null;
  }
  /* the slopes of a formula by the numbers that were rounded; of a bent one they are measured */
  slopes(f, known) {
    const s = new Map();
    for (const [j, d] of known || usedIn(f).map(j => [j])) {
      const inner = j < K ? null : this.s[j - K];
      if (!inner) continue;
      const a = d ? d(this.v) : this.steepness(f, j);
      inner.forEach((b, symbol) => s.set(symbol, (s.get(symbol) || 0) + a * b));
    }
    return s;
  }
  steepness(f, j) { const v = this.v, x = v[j], e = 1e-6 * (Math.abs(x) + 1e-3); v[j] = x + e; const up = f(v); v[j] = x - e; const down = f(v); v[j] = x; return (up - down) / (2 * e) }
  noise(k, half) { let n = 0; for (const [value, slope] of P[k].o) { const a = value(this.v), b = slope(this.v); if (a && isFinite(b)) n += Math.abs(b) * half(Math.abs(a)) } return n }
  /* skipped lines that are hardly ever written are rounded as operations of the line that uses them are */
  inlined(k, half) { let n = 0; for (const [j, d] of P[k].d) { const m = j - K; if (m >= 0 && P[m].i && !P[m].c && !this.J.W[m] && this.J.exact[m] == null) n += Math.abs(d(this.v)) * (half(Math.abs(this.v[j])) + this.inlined(m, half)) } return n }
  determined(k) { return P[k].d.every(([j]) => { const m = j - K, J = this.J; return m < 0 || J.exact[m] != null || (J.W[m] ? !J.mute[m] : P[m].i && this.determined(m)) }) }
  /* how far a line may be off, without the rounding of its result; and by the written numbers alone */
  reach(k, w, also) {
    this.upTo(k - 1);
    const H = this.J.H, zeros = this.coarse ? w.z : 0, figures = w.g - zeros, free = this.coarse && !this.determined(k);
    let half = slackOf(w) * 10 ** zeros;
    if (figures < 3) half = Math.max(half * 10 ** (figures - 3), Math.min(half, ofDecimals(H, this.coarse)));
    if (H.cuts) half *= 2;
    const of = free ? x => Math.max(half, halfOf(x, H.coarsest)) : x => {
      if (H.decimals != null && H.figures == null) return half;
      const own = halfOf(x, Math.max(R.coarse, figures));
      return H.figures != null && H.decimals == null ? own : Math.max(half, own);
    };
    const f = also || this.J.bent[k] || F[k], known = f == F[k] ? P[k].d : null, middle = f(this.v);
    const noise = known ? this.noise(k, of) : half;
    let all = known ? noise + this.inlined(k, of) : half, own = all, some = false;
    this.slopes(f, known).forEach((a, symbol) => { const r = Math.abs(a) * this.r.get(symbol); some = some || r > 0; all += r; if (typeof symbol == 'number') own += r });
    return {middle, all: all + 1e-14 * usedIn(f).reduce((sum, j) => sum + Math.abs(this.v[j]), Math.abs(middle)), own, some, noise};
  }
  /* does a formula give the number: within what the digits of the numbers in it leave open, and not merely because that is wide? */
  gives(k, f, w) {
    const last = Math.max(...usedIn(f));
    if (k >= 0 && last >= K + k) return last > K + k && new Bands(this.J, this.figures, false).upTo(last - K).gives(-1, f, w);
    const y = f(k < 0 ? this.v : this.upTo(k - 1).v), off = Math.abs(y - w.x), h = ownHalf(w);
    if (!(off <= .05 * Math.abs(w.x) + 50 * slackOf(w))) return false;
    let reach = 0, own = 0;
    this.slopes(f, f == F[k] ? P[k].d : null).forEach((a, symbol) => { const r = Math.abs(a) * this.r.get(symbol); reach += r; if (typeof symbol == 'number') own += r });
    const way = w.g >= 3 && (k < 0 || (f == F[k] ? P[k].o.length : isRounded(f))) ? h : 0;
    return off <= own + way + 2 * R.carriedUnits * w.h && off <= reach + 1.02 * h + way && (reach <= R.wide * Math.abs(w.x) || off <= 1.01 * h) && (off <= reach + 1.02 * h ? TIGHT : LOOSE);
  }
}

class Judging {
  constructor(g, W, T, H, cause) {
    Object.assign(this, {g, W, T, H, cause, mute: [], bent: {}, tainted: [], exact: [], second: new Map(), suspected: new Set(), told: new Set(), behind: new Set(), slips: [], mistakes: 0, unexplained: 0, bands: new Map()});
    L.forEach((l, k) => { this.exact[k] = this.exactly(k) });
    this.filler = this.placeholder();
  }
  of(figures, coarse) { const key = coarse ? 'c' : figures; if (!this.bands.has(key)) this.bands.set(key, new Bands(this, figures, coarse)); return this.bands.get(key) }
  narrow(w) { return this.of(figuresOf(w), false) }
  all() { const found = []; ORDER.forEach(k => { found[k] = this.line(k) }); return found }
  placeholder() {
    const n = new Map(), all = L.map((l, k) => k).filter(k => this.W[k]);
    all.forEach(k => n.set(this.W[k].s, (n.get(this.W[k].s) || 0) + 1));
    const [s, count] = [...n].reduce((a, b) => b[1] > a[1] ? b : a, ['', 0]);
    if (count < R.placeholders || 2 * count <= all.length) return '';
    return 2 * all.filter(k => this.W[k].s == s && near(this.W[k], this.T[K + k]) && !showsNothing(this.W[k], this.T[K + k])).length < count ? s : '';
  }
  /* the value of a line for which nothing had to be rounded, else null */
  exactly(k) {
    const w = this.W[k], H = this.H;
    if (w) return w.h && w.g < 8 && !this.mute[k] && (this.without(k, w.d, H.decimals != null ? 99 : Math.max(3, w.g)) != null || this.without(k, 15, 99) === w.x) ? w.x : null;
    if (this.bent[k]) return null;
    const unit = 2 * coarsely(H, Math.abs(this.T[K + k]));
    return this.without(k, Math.max(0, Math.min(9, -order(unit))), ofDecimals(H, false) ? 99 : H.coarsest);
  }
  without(k, d, figures) {
    if (this.vanishes(k)) return 0;
    if (!P[k].r) return null;
    const v = this.g.slice();
    for (const [j] of P[k].d) { if (j >= K) { if (this.exact[j - K] == null || this.mute[j - K]) return null; v[j] = this.exact[j - K] } }
    const x = F[k](v), fits = y => ends(y, d) && (figures > 20 || !y || ends(y, figures - 1 - order(y)));
    return fits(x) && P[k].o.every(([value]) => fits(value(v))) ? Number(x.toPrecision(14)) : null;
  }
  /* is a line 0 whatever is not known exactly: because a factor is, or a unit is off? */
  vanishes(k) {
    return [1.1, 0.7].every(by => {
      const v = this.T.slice();
      usedIn(F[k]).forEach((j, n) => { const m = j - K; if (m >= 0) v[j] = this.exact[m] ?? ((this.W[m] || {x: v[j]}).x || 1) * (by + n / 10) });
      return F[k](v) === 0;
    });
  }
  uses(k) { return (this.bent[k] ? usedIn(this.bent[k]) : P[k].d.map(d => d[0])).filter(j => j >= K).map(j => j - K) }
  sound(k) { return !this.uses(k).some(j => this.tainted[j]) }
  line(k) {
    const w = this.W[k];
    this.exact[k] = this.exactly(k);
    if (!w) { this.tainted[k] = !!this.bent[k] || !this.sound(k); return null }
    const found = this.honest(k, w);
    if (found.mute) { this.mute[k] = true; this.exact[k] = null; this.tainted[k] = !this.sound(k); this.bands.forEach(b => { b.made = Math.min(b.made, k) }) }
    else this.tainted[k] = !['right', 'rounded'].includes(found.w);
    return found;
  }
  honest(k, w) {
    const found = this.asItStands(k, w);
    const fills = w.s == this.filler && w.x != this.T[K + k] && FINE.includes(found.w);
    if (fills) return {w: 'undecided', s: 'The same number stands in most of your lines.'};
    if (!this.cause) return found;
    if ((found.w == 'off' || found.w == 'follows') && this.isUnsure(k, w)) return {w: 'undecided', s: 'It depends on what went wrong in lines that you left out.'};
    if (found.w != 'off') return found;
    if (!this.isBeside(k, w)) return this.explained(k, w);
    this.between(k).forEach(j => this.behind.add(j));
    return {w: 'undecided', s: 'Just beside what follows from your lines: look at the last digits.'};
  }
  asItStands(k, w) {
    const t = this.T[K + k], sound = this.sound(k), H = this.H, right = near(w, t) && !showsNothing(w, t);
    if (sound && right) return {w: 'right'};
    const fine = sound ? {w: 'rounded', s: 'Right within the rounding of your earlier lines.'} : {w: 'follows', s: 'Follows from your numbers above: no new mistake.'};
    const zeros = m => w.z > 0 && Math.abs(w.x - m) <= .5 * 10 ** w.z;
    if (this.exact[k] != null) {
      const exact = this.without(k, w.d, H.decimals != null ? 99 : Math.max(3, w.g));
      if (Math.abs(w.x - exact) <= 1e-12 * Math.max(1, Math.abs(exact))) return Math.abs(exact - t) <= 1e-12 * Math.max(1, Math.abs(t)) ? {w: 'right'} : fine;
      if (!sound && w.x == t) return {w: 'right'};
      if (zeros(exact)) return {w: 'undecided', s: 'Too few digits to tell.'};
      const short = w.d > 0 && w.x * exact >= 0 && Math.abs(Math.abs(exact) - Math.abs(w.x) - 2 * w.h) < 1e-9 * w.h;
      return short && H.cuts ? fine : short && H.mayCut ? {w: 'undecided', s: 'Right only if you cut further digits off.'} : {w: 'off'};
    }
    const band = this.narrow(w).reach(k, w), bounded = isFinite(band.all) && isFinite(band.middle), should = sound || !bounded ? t : band.middle;
    if (showsNothing(w, should) && Math.abs(w.x - should) <= w.h * (w.d <= 0 ? 4 : H.cuts || H.mayCut ? 2 : 1) * (1 + 1e-9)) return {w: 'undecided', mute: true, s: 'Too few digits to tell.'};
    if (right) return {w: 'right'};
    if (!bounded) return {w: 'undecided', s: 'Nothing bounds this line.'};
    const inside = (b, h) => { const c = H.cuts ? b.middle - Math.sign(w.x) * h : b.middle; return Math.abs(w.x - c) <= b.all + h * (1 + 1e-9) };
    const half = slackOf(w);
    if (inside(band, half) || P[k].q && inside(this.narrow(w).reach(k, w, P[k].q), half)) return w.g < 3 && Math.abs(w.x - band.middle) > (sound ? 2.04 : 1.02) * w.h ? {w: 'undecided', s: 'Too few digits to tell.'} : this.isNarrow(k, w, band) ? this.conspicuous(k, w) || fine : {w: 'undecided', s: 'What you left out leaves too much room to tell.'};
    const unit = 2 * w.h, off = m => w.g >= 3 && w.h && Math.abs((w.d < 0 ? unit * Math.round(m / unit) : +m.toFixed(Math.min(w.d, 99))) - w.x) <= unit * (H.cuts ? 2 : 1) + 1e-6 * unit;
    if (off(sound ? t : band.middle) || off(band.middle)) return this.conspicuous(k, w) || {...fine, s: 'The last digit is off by one.'};
    if (this.bySecond(k, w, band, half)) return {w: 'follows', s: 'Follows from the other reading of an earlier line.'};
    if (zeros(band.middle) || w.z && inside(band, .5 * 10 ** w.z)) return H.figures != null ? fine : {w: 'undecided', s: 'Too few digits to tell.'};
    const coarse = this.of(0, true).reach(this.copied(k, w), w), wide = half * 10 ** w.z;
    if (!isFinite(coarse.all) || inside(coarse, wide) || H.mayCut && Math.abs(w.x - coarse.middle) <= coarse.all + 2 * wide) return {w: 'undecided', s: 'Right only if the lines you left out were carried coarsely.'};
    return {w: 'off'};
  }
  /* the skipped line that a line merely repeats; a copy of a coarser number ends in zeros */
  copied(k, w) {
    const m = P[k].c && !w.s.endsWith('0') ? P[k].d[0][0] - K : -1;
    return m >= 0 && !this.W[m] && this.exact[m] == null && !this.bent[k] ? this.copied(m, w) : k;
  }
  isNarrow(k, w, band) {
    const off = Math.abs(w.x - band.middle), units = (R.units[w.g] || 3) * 2 * w.h, share = learnt(this.H) ? R.learnt : R.share;
    const old = D.carried.find(c => c[1] == L[k].n), size = old ? Math.abs(band.middle - this.narrow(w).v[AT.get(old[0])]) : Math.abs(band.middle);
    if (off <= Math.max(units, share * size) * 1.0001 && (band.all < Math.abs(band.middle) || off <= units)) return true;
    return off <= (band.own + slackOf(w)) * 1.0001;
  }
  /* where the page says nothing, because it cannot know: numbers that hardly differ from what follows; and what follows from
     several slips in lines that were left out, or in few digits from one */
  isBeside(k, w) {
    if (this.exact[k] != null) return false;
    const band = this.narrow(w).reach(k, w), off = Math.min(Math.abs(w.x - band.middle), this.sound(k) ? Math.abs(w.x - this.T[K + k]) : Infinity);
    return off <= BESIDE * band.all + (w.g < 3 ? 3.1 : 4.1) * w.h;
  }
  isCopied(k) { const left = this.between(k); return L.some((l, m) => this.W[m] && this.tainted[m] && P[m].c && left.includes(P[m].d[0][0] - K)) }
  /* does a line that was left out have two formulas that now disagree, the long way and the shortcut? */
  isTwofold(k, w) { const v = this.narrow(w).upTo(k - 1).v; return this.between(k).some(j => P[j].q && !(Math.abs(P[j].q(v) - F[j](v)) <= .05 * Math.abs(F[j](v)))) }
  isUnsure(k, w) { return (w.g < 3 || this.slips.includes(UNNAMED) || new Set(this.slips).size > 1 || this.slips.length > 3 || this.mistakes > 3) && this.between(k).some(j => this.bent[j]) || this.isTwofold(k, w) }
  /* more digits than the band is wide, and exactly what another last digit of an earlier line would give */
  conspicuous(k, w) {
    const used = P[k].d.map(d => d[0]), own = used.filter(j => j >= K && this.W[j - K]);
    if (!P[k].r || !own.length || own.length < used.filter(j => j >= K).length) return null;
    if (own.some(j => { const o = this.W[j - K]; return !(w.d > o.d && w.g > o.g) })) return null;
    const v = this.narrow(w).v;
    return own.some(j => [-1, 1].some(e => { const u = v.slice(), o = this.W[j - K]; u[j] = o.x + e * 2 * o.h; return Math.abs(F[k](u) - w.x) < 1e-12 * Math.max(1, Math.abs(w.x)) })) ? {w: 'undecided', s: 'Another last digit of an earlier line gives exactly this.'} : null;
  }
  bySecond(k, w, band, half) {
    const v = this.narrow(w).v, f = this.bent[k] || F[k];
    return usedIn(f).some(j => (this.second.get(j) || []).some(x => { const u = v.slice(); u[j] = x; return Math.abs(w.x - f(u)) <= band.all + half }));
  }

  /* --- which slip gives a number: in this line, by its digits, or in a line that was left out --- */
  explained(k, w) {
    if (this.unexplained > 1) return {w: 'undecided', s: 'Lines above do not follow: mend them first.'};
    const fitting = this.fitting(k, w), e = fitting.length ? this.surest(fitting, w) : null, first = e || fitting[0];
    const unnamed = this.slips.includes(UNNAMED), unsure = this.mistakes > 2 && !(e && !e.bent), few = !e && w.g < 3 && this.mistakes > 0;
    const between = this.between(k), again = this.isAgain(e, between), behind = this.isBehind(between);
    this.mistakes++;
    if (first && first.bent) this.bend(first.bent, e && !again ? e.slip : UNNAMED);
    if (w.g > 2) fitting.forEach(e => e.copied && this.second.set(e.copied[0], [...this.second.get(e.copied[0]) || [], e.copied[1]]));
    if (few || this.isCopied(k) || (unnamed || unsure) && between.length || behind && (w.g < 3 || !first || !e && first.bent)) return {w: 'undecided', s: 'It depends on what went wrong in lines that you left out.'};
    if (!e && L[k].p == 'loss' && fitting.some(e => FACTORS.includes(D.slips[e.slip][0]))) return {w: 'undecided', s: 'A loss may be defined with another factor.'};
    if (!e) this.unexplained++;
    between.forEach(j => this.behind.add(j));
    if (!first) return {w: 'not this', s: 'This does not follow from your lines, and no known slip gives it.'};
    if (!e) return {w: 'not this', s: 'This does not follow from your lines; which slip gives it, these digits do not tell.'};
    this.told.add(e.slip);
    return again ? {w: 'undecided', s: 'The slip of an earlier line, made again, gives this.'} : this.said(e);
  }
  /* an earlier mistake may have been made in a line that was left out, on which this one rests, too; and a slip once for all lines */
  isBehind(between) { return between.some(j => this.behind.has(j)) }
  isAgain(e, between) { return e && this.told.has(e.slip) && (METHODS.includes(D.slips[e.slip][0]) || this.isBehind(between)) }
  /* all slips that give a number, those of the cause first */
  fitting(k, w) {
    const found = this.here(k, w), here = found.length;
    if (!here) found.push(...this.before(k, w));
    found.push(...this.byCause(k, w, found));
    const rank = e => D.slips[e.slip][2], caused = found.filter(e => this.cause.slips.includes(e.slip));
    if (here && caused.length && caused.every(e => e.bent)) caused.forEach(e => { e.doubt = true });
    const others = caused.length && this.cause.lines.size ? found.filter(e => !caused.includes(e) && !e.bent && rank(e) == 1) : [];
    if (others.length) return [...caused.filter(e => !e.whole), ...others];
    return caused.length ? caused : found.filter(e => this.mayBeNamed(e, k, w));
  }
  /* the slip to be named: of several after a mistake the one that was made before; none where there are
     few digits (three are, below a mistake without a name), or mix-ups of neighbours, or several slips in a line that was left out */
  surest(fitting, w) {
    const [first] = fitting, told = [...this.told];
    const several = new Set(fitting.map(e => e.slip)).size > 1, mixed = slip => D.slips[slip][0].startsWith('wrong-');
    if (w.g < 4 && this.unexplained) return null;
    if (w.g < 2 || w.g < 3 && (several || told.length || D.slips[first.slip][2] > 1) || this.slips.length && this.mistakes > 4) return null;
    if (D.slips[first.slip][2] > 2 && (several || w.g < 4) || w.g < 4 && METHODS.includes(D.slips[first.slip][0])) return null;
    if (several && mixed(first.slip) || first.doubt || first.fits == LOOSE) return null;
    if (first.bent && (several || Object.keys(first.bent).length > 1 || D.slips[first.slip][2] > 1 || mixed(first.slip) || this.mistakes > 2)) return null;
    if (!several && mixed(first.slip) && told.some(slip => slip != first.slip && mixed(slip))) return null;
    return several && told.length ? fitting.find(e => this.told.has(e.slip)) : first;
  }
  said(e) {
    const [slip, reason] = D.slips[e.slip], of = e.bent && N[K + +Object.keys(e.bent)[0]];
    return {w: 'slip', slip, s: of ? say('Your number is what one gets if {}, in {}, a line that you left out.', reason, of) : say('Your number is what one gets if {}.', reason)};
  }
  /* what explains several lines: in one of the skipped lines, in all of them and in this one, or else anyhow */
  byCause(k, w, found) {
    const slips = this.cause.slips.filter(slip => !found.some(e => e.slip == slip)), between = slips.length ? this.between(k) : [];
    if (!slips.length) return [];
    const nearest = this.before(k, w).filter(e => slips.includes(e.slip));
    if (nearest.length) return nearest;
    return slips.flatMap(slip => {
      const alike = j => (this.bends(j).find(b => b[0] == slip) || [])[1], bent = {};
      between.forEach(j => { const f = alike(j); if (f) bent[j] = f });
      const ways = Object.keys(bent).length ? [this.bent[k] || F[k], ...alike(k) ? [alike(k)] : []] : [];
      return ways.some(f => this.givesBent(bent, k, w, f)) ? [{slip, bent}] : this.cause.lines.has(k) ? [{slip, whole: true}] : [];
    });
  }
  /* the bent formulas of a line; those with lines put in that are hardly ever written, where none of them is */
  bends(k) { return P[k].d.some(([j]) => j >= K && P[j - K].i && this.W[j - K]) ? P[k].b.filter(b => !b[2]) : P[k].b }
  here(k, w) {
    const B = this.narrow(w), found = this.bends(k).map(([slip, f]) => ({slip, fits: B.gives(k, f, w)})).filter(e => e.fits);
    const band = B.reach(k, w);
    const by = (name, fits) => { if (fits) found.push({slip: D.digits[name], fits}) };
    const tells = meant => explains(band, {g: w.g, ...meant});
    if (w.x && w.h) {
      by('factor-ten', tells({x: w.x * 10, h: w.h * 10}) || tells({x: w.x / 10, h: (w.s.includes('.') ? written(w.s.replace(/0+$/, '')).h : w.h) / 10}));
      by('sign-dropped', tells({x: -w.x, h: w.h}));
      by('digits-swapped', Math.max(0, ...swapped(w.s).map(s => tells(written(s)))));
      by('digit-lost', w.g > 1 && [band.middle, this.T[K + k]].some(t => isButForADigit(w.s, t)));
    }
    by('exchanged', w.g > 1 && this.exchanged(k, w, band));
    by('stale', w.g > 1 && this.elsewhere(k).some(x => w.g > 3 ? Math.abs(w.x - x) <= 2 * w.h : matches(w, x)));
    const rank = e => D.slips[e.slip][2];
    if (found.every(e => rank(e) > 1)) found.push(...this.copiedWrong(k, w, B));
    return ranked(found);
  }
  exchanged(k, w, band) {
    return L.some((l, j) => { const o = this.W[j]; return o && j != k && o.s != w.s && P[j].k == P[k].k && explains(band, o) && explains(new Bands(this, figuresOf(w), false).reach(j, o), w) });
  }
  elsewhere(k) { const base = N[K + k].replace(PLACE, ''), at = L[k].at; return at ? L.flatMap((l, j) => l.at && l.at != at && N[K + j].replace(PLACE, '') == base ? [this.T[K + j], ...this.W[j] ? [this.W[j].x] : []] : []) : [] }
  /* what a line that is hardly ever written, and was not, merely repeats */
  origin(j) { const m = j - K; return m >= 0 && !this.W[m] && P[m].i && P[m].c && !this.bent[m] ? this.origin(P[m].d[0][0]) : j }
  copiedWrong(k, w, B) {
    const found = [], v = B.v, reach = 1.02 * slackOf(w) + 1e-13 * Math.abs(w.x);
    for (const [j] of P[k].d) {
      const from = this.origin(j), s = from < K ? (G[from][2] === this.g[from] ? G[from][1] : null) : this.W[from - K] && this.W[from - K].s;
      if (s == null || /[/e]/i.test(s) || written(s).g < (from < K ? 1 : 2)) continue;
      for (const other of from < K ? misread(s) : oneOff(s)) {
        const u = v.slice();
        u[j] = +other;
        if (Math.abs(F[k](u) - w.x) <= reach) found.push({slip: D.digits[from < K && !oneOff(s).includes(other) ? 'given-misread' : 'copied-wrong'], copied: [from, +other]});
      }
    }
    return found.length <= R.copies ? found : [];
  }
  /* the lines that were left out before this one, nearest first, each bent; or one slip in several of them */
  before(k, w) {
    const between = this.between(k).filter(j => !P[j].i), found = [], many = new Map(), rank = slip => D.slips[slip][2];
    for (const j of between) {
      const fitting = this.bends(j).filter(([slip]) => w.g >= 3 || rank(slip) == 1).map(([slip, f]) => ({slip, bent: {[j]: f}, fits: this.givesBent({[j]: f}, k, w)})).filter(e => e.fits);
      if (found.length && fitting.length) { found.forEach(e => { e.doubt = true }); break }
      found.push(...fitting);
    }
    if (found.every(e => rank(e.slip) > 1)) {
      for (const j of [...between].reverse()) for (const [slip, f] of this.bends(j)) if (rank(slip) == 1) { const m = many.get(slip) || many.set(slip, {}).get(slip); m[j] = m[j] || f }
      many.forEach((bent, slip) => { if (Object.keys(bent).length > 1 && this.givesBent(bent, k, w)) found.unshift({slip, bent}) });
    }
    return found.length ? ranked(found) : this.misreadBefore(between, k, w);
  }
  misreadBefore(between, k, w) {
    for (const j of this.figuresShown(k, w) >= R.enoughFigures ? between : []) {
      const found = usedIn(F[j]).filter(m => m < K && G[m][1] && G[m][2] === this.g[m] && !/[/e]/i.test(G[m][1]) && written(G[m][1]).g > 1).flatMap(m => misread(G[m][1]).map(other => {
        const f = v => { const u = v.slice(); u[m] = +other; return F[j](u) };
        f.uses = usedIn(F[j]);
        return {slip: D.digits['given-misread'], bent: {[j]: f}};
      })).filter(e => this.givesBent(e.bent, k, w));
      if (found.length) return found.length <= R.copies ? found.slice(0, 1) : [];
    }
    return [];
  }
  figuresShown(k, w) {
    const old = D.carried.find(c => c[1] == L[k].n);
    return old ? String(Math.floor(Math.abs(w.x - this.narrow(w).v[AT.get(old[0])]) / (2 * w.h || 1e-15))).length : w.g;
  }
  between(k) {
    const found = new Set(), left = this.uses(k);
    while (left.length) { const j = left.pop(); if (!found.has(j) && !this.W[j]) { found.add(j); left.push(...this.uses(j)) } }
    return [...found].sort((a, b) => b - a);
  }
  givesBent(bent, k, w, f = this.bent[k] || F[k]) {
    const v = this.narrow(w).upTo(k - 1).v.slice(), moved = new Set();
    const after = this.between(k).reverse().filter(j => { const hit = bent[j] || this.uses(j).some(m => moved.has(m)); if (hit) { moved.add(j); v[K + j] = (bent[j] || this.bent[j] || F[j])(v) } return hit });
    if (!(Math.abs(f(v) - w.x) <= .05 * Math.abs(w.x) + 50 * slackOf(w))) return false;
    const trial = Object.assign(Object.create(Judging.prototype), this, {bent: {...this.bent, ...bent}, exact: this.exact.slice()});
    after.forEach(j => { trial.exact[j] = null });
    return new Bands(trial, figuresOf(w), false).gives(k, f, w);
  }
  mayBeNamed(e, k, w) {
    if (!e.bent) return true;
    if (D.slips[e.slip][2] >= R.guess) return false;
    const cause = e.slip + ' ' + Object.keys(e.bent)[0];
    if (this.figuresShown(k, w) >= R.enoughFigures || this.suspected.has(cause)) return true;
    this.suspected.add(cause);
    return false;
  }
  /* from now on lines that were left out are taken to be bent */
  bend(bent, slip) {
    Object.assign(this.bent, bent);
    this.slips.push(slip);
    this.bands.clear();
    L.forEach((l, j) => { this.exact[j] = this.exactly(j); if (!this.W[j] && this.tainted[j] != null) this.tainted[j] = !!this.bent[j] || !this.sound(j) });
  }
}
/* so many bands beside what follows, the page does not call it wrong; slips that are made once and for all; those that may be
   a definition of the loss */
const TIGHT = 2, LOOSE = 1, BESIDE = 1.25, UNNAMED = -1, METHODS = ['updated-weights', 'transposed'], FACTORS = ['no-half', 'half-added', 'mean-for-sum', 'sum-for-mean'];
const SENTENCES = new Map(D.slips.map(([slip, reason]) => [slip, reason]));
/* each slip once, the classical ones first */
const ranked = found => found.filter((e, at) => found.findIndex(o => o.slip == e.slip) == at).sort((a, b) => D.slips[a.slip][2] - D.slips[b.slip][2]);
const oneOff = s => [...s].flatMap((c, k) => /\d/.test(c) ? [...'0123456789'].filter(o => o != c).map(o => s.slice(0, k) + o + s.slice(k + 1)).concat(/\d/.test(s[k + 1] || '') && s[k + 1] != c ? [s.slice(0, k) + s[k + 1] + c + s.slice(k + 2)] : []) : []);
const misread = s => { const n = (s.split('.')[1] || '').length; return oneOff(s).concat([-1, 1].filter(m => n + m >= 0).map(m => (+s * 10 ** -m).toFixed(n + m))) };
const swapped = s => [...s].flatMap((c, k) => /\d/.test(c) && /\d/.test(s[k + 1] || '') && s[k + 1] != c && !/e/i.test(s.slice(0, k)) ? [s.slice(0, k) + s[k + 1] + c + s.slice(k + 2)] : []);
const isButForADigit = (s, t) => !/[/e]/i.test(s) && [0, 1].map(more => t.toFixed((s.split('.')[1] || '').length + more)).some(l => +l != +s && [...l].some((_, k) => l.slice(0, k) + l.slice(k + 1) == s));

/* what a slip makes of all lines, where it is in all that it can be in, or in those of a kind */
const runs = {};
function bentRuns(g, T) {
  const key = g.join();
  if (runs.key == key) return runs.all;
  const places = new Map(), put = (slip, kind, k, f) => { const at = slip + ' ' + kind, m = places.get(at) || places.set(at, new Map()).get(at); if (!m.has(k)) m.set(k, f) };
  const add = (slip, k, f) => ['', P[k].k].forEach(kind => put(slip, kind, k, f));
  L.forEach((l, k) => { P[k].b.forEach(([slip, f]) => { if (D.slips[slip][2] == 1 && !R.oneByOne.includes(D.slips[slip][0])) add(slip, k, f) }); if (P[k].t) add(D.digits['targets-swapped'], k, P[k].t) });
  const all = [];
  places.forEach((bent, at) => {
    const [slip, kind] = at.split(' ');
    if (kind && bent.size == places.get(slip + ' ').size) return;
    const v = T.slice(), moved = new Set();
    L.forEach((l, k) => { if (bent.has(k) || P[k].d.some(([j]) => moved.has(j))) { v[K + k] = (bent.get(k) || F[k])(v); moved.add(K + k) } });
    all.push({slip: +slip, v, moved});
  });
  return Object.assign(runs, {key, all}).all;
}
function causeOf(g, W, T, found) {
  const of = f => L.map((l, k) => k).filter(k => found[k] && f(found[k].w)), wanting = of(w => w == 'off' || w == 'undecided'), fine = of(w => w == 'right' || w == 'rounded');
  let best = {slips: [], lines: new Set()};
  for (const {slip, v, moved} of wanting.length > 1 && L.length <= R.most ? bentRuns(g, T) : []) {
    const lines = wanting.filter(k => { const w = W[k], y = v[K + k], off = Math.abs(w.x - y); return moved.has(K + k) && off <= Math.max(3 * w.h, 1e-9 * Math.abs(y)) && off <= .1 * Math.abs(y - T[K + k]) });
    if (lines.length < Math.max(2, best.lines.size) || fine.some(k => moved.has(K + k) && Math.abs(v[K + k] - W[k].x) > 3 * W[k].h)) continue;
    best = {slips: [...new Set([...lines.length == best.lines.size ? best.slips : [], slip])], lines: new Set(lines)};
  }
  return best;
}
/* whether further digits are cut off: three lines must tell, none be rounded up */
function cutOff(g, W, T, H) {
  const J = new Judging(g, W, T, H), C = new Judging(g, W, T, {...H, cuts: true}), told = {cut: 0, zero: 0, up: 0, larger: 0};
  W.forEach((w, k) => {
    if (!w || !w.h) return;
    const band = J.narrow(w).reach(k, w), lower = C.narrow(w).reach(k, w), unit = 2 * w.h, turn = (w.x || band.middle) < 0 ? -1 : 1, off = turn * (w.x - band.middle) / unit;
    if (!isFinite(band.all) || !isFinite(lower.all)) return;
    const cut = off > -1 && off < -.5, mute = showsNothing(w, band.middle);
    if (cut || mute) { if (cut) told[mute ? 'zero' : 'cut']++; return }
    const above = turn * w.x - turn * lower.middle - lower.all;
    if (above <= 1e-9 * unit || turn * (w.x - T[K + k]) <= 0 || P[k].q || J.exact[k] != null) return;
    told[above < unit ? 'up' : 'larger']++;
  });
  return {...H, mayCut: told.cut + told.zero > 0 && !told.up && !told.larger, cuts: told.cut >= R.leastCut && !told.up};
}
/* another factor of the loss is a slip where other lines of the sheet speak against it, else it may be the writer's definition */
function isDefinition(found, k) {
  if (!FACTORS.includes(found[k].slip) || L[k].p != 'loss') return false;
  const E = AT.get(D.objective) - K, sound = m => found[m] && ['right', 'rounded'].includes(found[m].w), some = f => L.some((l, m) => m != k && f(l, m));
  const gradients = some((l, m) => l.p == 'backward' && sound(m)), total = found[E];
  if (k == E) return !gradients;
  return !some((l, m) => l.p == 'loss' && m != E && sound(m)) && !(gradients && total && (total.w == 'follows' || FACTORS.includes(total.slip)));
}
function judge(g, answers) {
  const all = L.map(l => answers[l.n] ? written(answers[l.n]) : null), W = all.map(w => w && !w.bad ? w : null), T = run(g), isOff = o => o && o.w == 'off';
  let H = habitsOf(W, T), found = new Judging(g, W, T, H).all();
  if (found.some(isOff)) {
    const cutting = cutOff(g, W, T, H);
    H = {...H, mayCut: cutting.mayCut};
    if (cutting.cuts) {
      const cut = {...H, cuts: true, mayCut: false}, other = new Judging(g, W, T, cut).all(), {lines} = causeOf(g, W, T, found);
      const off = found.filter(isOff).length, left = other.filter(isOff).length, explained = found.filter((o, k) => isOff(o) && lines.has(k)).length;
      if (left < off && off - explained >= left && !other.some((o, k) => isOff(o) && FINE.includes(found[k].w))) { H = cut; found = other }
    }
    found = new Judging(g, W, T, H, causeOf(g, W, T, found)).all();
  }
  return found.map((o, k) => all[k] && all[k].bad ? {w: 'not a number', s: all[k].bad + '.'} : o && isDefinition(found, k) ? {w: 'undecided', s: say('Your number is what one gets if {}; a loss may be defined so.', SENTENCES.get(o.slip))} : o);
}
