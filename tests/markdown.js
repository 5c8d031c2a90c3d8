// Draws Markdown files as GitHub does, mathematics in ```math and $`...`$ by KaTeX; prints what cannot be drawn.
const fs = require("fs");
const katex = require("katex");
const page = require("markdown-it")({ html: false });

let file = "", drawn = 0;

function draw(tex, displayMode) {
  drawn += 1;
  try {
    return katex.renderToString(tex, { throwOnError: true, strict: "error", displayMode });
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    return "";
  }
}

page.inline.ruler.before("backticks", "math", (state, silent) => {
  const found = /^\$`([^`]+)`\$/.exec(state.src.slice(state.pos));
  if (!found) return false;
  if (!silent) state.push("math", "", 0).content = found[1];
  state.pos += found[0].length;
  return true;
});
page.renderer.rules.math = (tokens, place) => draw(tokens[place].content, false);
const fence = page.renderer.rules.fence;
page.renderer.rules.fence = (tokens, place, ...rest) =>
  tokens[place].info.trim() === "math" ? draw(tokens[place].content, true) : fence(tokens, place, ...rest);

for (file of process.argv.slice(2)) {
  const text = page.render(fs.readFileSync(file, "utf8")).replace(/<span class="katex.*?<\/span>(?=[^<]|<\/?[^s])/gs, "");
  for (const rest of text.match(/\$`?|\\[a-z]+/g) || []) console.log(`${file}: left over: ${rest}`);
}
console.log(`${drawn} drawn`);
