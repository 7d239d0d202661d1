// Search in the index that the page has loaded: every word must occur; titles count most.
"use strict";

const field = document.getElementById("words");
const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const pages = window.bookIndex.map(([path, title, words]) => ({ path, title, words, low: plain(words), name: plain(title) }));

// The words of the index are HTML already; only what is typed must not become HTML, and it never does.
const around = (page, word) => {
  const at = Math.max(0, page.low.indexOf(word));
  const start = page.words.lastIndexOf(" ", Math.max(0, at - 60)) + 1;
  return page.words.slice(start, page.words.indexOf(" ", at + 110) + 1 || undefined);
};

function search() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  const score = (page) => {
    if (!words.every((word) => page.low.includes(word) || page.name.includes(word))) return 0;
    return words.reduce((sum, word) => sum + (page.name.includes(word) ? 20 : 0) + Math.min(9, page.low.split(word).length), 1);
  };
  const found = words.length ? pages.map((page) => [score(page), page]).filter(([points]) => points > 0) : [];
  found.sort(([one], [other]) => other - one);
  const list = document.getElementById("found");
  list.replaceChildren(...found.slice(0, 30).map(([, page]) => {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: page.path });
    link.innerHTML = page.title;
    const text = document.createElement("p");
    text.className = "quiet";
    text.innerHTML = around(page, words[0]);
    item.append(link, text);
    return item;
  }));
  const pagesFound = found.length === 1 ? "1 page" : `${found.length} pages`;
  document.getElementById("count").textContent = words.length ? pagesFound : "";
}

field.addEventListener("input", search);
document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
field.value = new URLSearchParams(location.search).get("q") ?? "";
search();
