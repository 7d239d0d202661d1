// Lights up what an entry is made of. Without this script, every entry stands worked out below its picture.
"use strict";

for (const picture of document.querySelectorAll(".picture")) {
  const lines = [...picture.querySelectorAll(".worked li")];
  const cells = [...picture.querySelectorAll("[data-place]")].filter((cell) => cell.tagName === "TD");
  const show = (line) => {
    const reads = line.dataset.reads.split(" ");
    for (const cell of cells) {
      const isResult = cell.querySelector("a") !== null;
      cell.classList.toggle("followed", isResult && cell.dataset.place === line.dataset.place);
      cell.classList.toggle("lit", !isResult && reads.includes(cell.dataset.place));
    }
    for (const other of lines) other.classList.toggle("on", other === line);
  };
  for (const link of picture.querySelectorAll(".m a")) {
    const line = document.getElementById(link.hash.slice(1));
    link.addEventListener("mouseenter", () => show(line));
    link.addEventListener("focus", () => show(line));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(line);
    });
  }
  picture.classList.add("js");
}
