// A row of steps that is wider than a narrow screen begins at the step that is open: <nav data-show-current> with one aria-current.
for (const row of document.querySelectorAll("[data-show-current]")) {
  const here = row.querySelector("[aria-current]");
  if (here && row.scrollWidth > row.clientWidth) {
    row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }
}
