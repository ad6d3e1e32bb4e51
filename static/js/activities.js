// Lessons that run: how long they still have, then by how much they are over

function countDown() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const seconds = Math.round((new Date(element.dataset.until) - Date.now()) / 1000);
    const [left, over] = [Math.abs(seconds), seconds <= 0];
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    element.textContent = over ? `Over time by ${time}` : `${time} left`;
    element.closest(".ox-live__card")?.classList.toggle("ox-live--over", over);
  }
}

export function showHowLongLessonsRun() {
  countDown();
  setInterval(countDown, 1000);
}
