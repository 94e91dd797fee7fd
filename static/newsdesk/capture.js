/* What was opened for one link closes when it is kept, once it could be read. Browsers close only
   windows that a script opened; elsewhere the page stays and says so. */
const READ = 1500;

if (document.querySelector("[data-closes]")) setTimeout(() => window.close(), READ);
