// The page to play with: reads the inputs, asks the layer for the results, and shows what a mistake changes.
{
  const byId = (id) => document.getElementById(id);
  const key = "00".repeat(32);
  const state = { activation: { name: "coupled_quadratic" }, inputs: structuredClone(start) };
  const arrays = [
    ["A", "A", "i", "k"],
    ["p", "p", null, "k"],
    ["R", "R", "i", "k"],
    ["W", "W", "k", "j"],
    ["b", "b", null, "j"],
    ["dA_next", "∂J/∂A_next", "i", "j"],
  ];
  const outputs = [
    ["A_tilde", "Ã", "i", "k"],
    ["Z", "Z", "i", "j"],
    ["A_next", "A_next", "i", "j"],
    ["dZ", "∂J/∂Z", "i", "j"],
    ["dW", "∂J/∂W", "k", "j"],
    ["db", "∂J/∂b", null, "j"],
    ["dA_tilde", "∂J/∂Ã", "i", "k"],
    ["dA", "∂J/∂A", "i", "k"],
  ];
  const rowsIn = (array) => (Array.isArray(array[0]) ? array : [array]);
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  // At most six digits, as in the pictures.
  const shown = (x) => String(Number.isFinite(x) ? Number(x.toPrecision(6)) : x);

  // An array as a table: `cell` makes the contents of one place.
  function table(name, rowLetter, colLetter, rows, cell) {
    const corner = rowLetter ? [element("td")] : [];
    const heads = rows[0].map((_, j) => element("th", { scope: "col", textContent: `${colLetter}=${j + 1}` }));
    const body = rows.map((row, i) => {
      const label = rowLetter ? [element("th", { scope: "row", textContent: `${rowLetter}=${i + 1}` })] : [];
      return element("tr", {}, ...label, ...row.map((x, j) => cell(x, i, j)));
    });
    const made = element("table", { className: "m" });
    made.append(element("caption", { textContent: name }), element("thead", {}, element("tr", {}, ...corner, ...heads)));
    made.append(element("tbody", {}, ...body));
    return made;
  }

  function showInputs() {
    const made = arrays.map(([name, title, rowLetter, colLetter]) => {
      const array = state.inputs[name];
      const rows = rowsIn(array);
      const cell = (x, i, j) => {
        const input = element("input", { type: "number", step: "any", value: String(x) });
        input.setAttribute("aria-label", `${title}, ${rowLetter ? `row ${i + 1}, ` : ""}column ${j + 1}`);
        if (name === "R") Object.assign(input, { min: 0, max: 1, step: 1 });
        if (name === "p") Object.assign(input, { min: 0, max: 1 });
        input.addEventListener("input", () => {
          if (input.value === "" || !input.checkValidity()) return;
          rows[i][j] = Number(input.value);
          showResults();
        });
        return element("td", {}, input);
      };
      const made = table(title, rowLetter, colLetter, rows, cell);
      made.classList.add("grid");
      made.dataset.array = name;
      return made;
    });
    byId("given").replaceChildren(...made);
  }

  function showResults() {
    const right = step(state.activation, state.inputs);
    const chosen = byId("mistake").value;
    const got = chosen ? step(state.activation, state.inputs, mistakes[chosen]) : right;
    let wrong = 0;
    const made = outputs.map(([name, title, rowLetter, colLetter]) => {
      const expected = rowsIn(right[name]);
      const cell = (x, i, j) => {
        const is = expected[i][j];
        const isWrong = !(Object.is(x, is) || Math.abs(x - is) <= 1e-12 * Math.max(Math.abs(x), Math.abs(is)));
        if (!isWrong) return element("td", { textContent: shown(x) });
        wrong++;
        const parts = [element("del", { textContent: shown(x) }), element("ins", { textContent: `right: ${shown(is)}` })];
        return element("td", { className: "bad" }, ...parts);
      };
      const made = table(title, rowLetter, colLetter, rowsIn(got[name]), cell);
      made.dataset.array = name;
      return made;
    });
    byId("made").replaceChildren(...made);
    const count = wrong === 0 ? "No entry changes: here it is equivalent to the right step." : `Wrong entries: ${wrong}.`;
    byId("says").textContent = chosen ? `${chosen}: ${says[chosen]}. ${count}` : "The layer is right.";
    window.play.results = got;
  }

  function load(activation, inputs) {
    state.activation = activation;
    state.inputs = structuredClone(inputs);
    byId("g").value = activation.name;
    byId("parameter").value = String(activation.slope ?? activation.alpha ?? byId("parameter").value);
    byId("parameter").disabled = !["leaky_relu", "elu"].includes(activation.name);
    showInputs();
    showResults();
  }

  // Other numbers and other sizes, from the console of the browser or from a test.
  window.play = { load, results: null, mistakes: Object.keys(mistakes) };

  const named = (name) => {
    const parameter = Number(byId("parameter").value);
    if (name === "leaky_relu") return { name, slope: parameter };
    return name === "elu" ? { name, alpha: parameter } : { name };
  };
  const names = [...Object.keys(scalar), ...Object.keys(coupled)].filter((name) => name !== "per_unit");
  byId("g").append(...names.map((name) => element("option", { value: name, textContent: name })));
  byId("mistake").append(element("option", { value: "", textContent: "none" }));
  byId("mistake").append(...Object.keys(mistakes).map((id) => element("option", { value: id, textContent: id })));
  for (const id of ["g", "parameter"]) {
    byId(id).addEventListener("input", () => load(named(byId("g").value), state.inputs));
  }
  byId("mistake").addEventListener("input", showResults);
  byId("play").addEventListener("submit", (event) => event.preventDefault());
  byId("draw").addEventListener("click", () => {
    const { p, R } = state.inputs;
    state.inputs.R = mask(p, R.length, words(key, BigInt(Math.max(0, Math.trunc(byId("seed").valueAsNumber || 0)))));
    load(state.activation, state.inputs);
  });
  load(state.activation, state.inputs);
}
