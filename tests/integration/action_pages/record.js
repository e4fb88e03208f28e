// What happened on a page, for the test to read: `log` of the top-level window.
window.log = [];
function record(text) {
  if (window === top) log.push(text); else top.postMessage({record: text}, '*');
}
addEventListener('message', event => { if (event.data && event.data.record) log.push(event.data.record); });
