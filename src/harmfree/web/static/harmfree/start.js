// Starts the design system's components. Every page works without this script.
const here = document.querySelector("script[data-nhsuk]");
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
import(here.dataset.nhsuk).then((nhsuk) => nhsuk.initAll());
