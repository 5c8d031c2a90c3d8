/* What the page and its practising have in common, without the page: D is what the listing says. */
const G = D.givens, L = D.lines, K = G.length;
const N = G.map(g => g[0]).concat(L.map(l => l.n)), AT = new Map(N.map((n, k) => [n, k]));
const has = n => AT.has(n);
function read(s) {
  s = s.trim().replace(/[−–]/g, '-');
  if (!s) return 'is empty';
  if (/^[-+]?\d+,\d+$/.test(s)) return `${s}: write a point, ${s.replace(',', '.')}`;
  const m = /^([-+]?\d+)\s*\/\s*(\d+)$/.exec(s);
  const x = m ? m[1] / m[2] : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(s) ? +s : NaN;
  if (x !== x) return `“${s}” is not a number`;
  return isFinite(x) ? x : `${s} is too large for a computer’s number`;
}
