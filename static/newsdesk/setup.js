// The sample on the branding page follows the colour as it is chosen.
const colour = document.getElementById("id_accent");
const sample = document.querySelector(".setup-sample");
const show = () => sample.style.setProperty("--sample", colour.value);
colour.addEventListener("input", show);
show();
