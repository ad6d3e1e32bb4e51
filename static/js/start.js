// Each part of the scripts starts on its own: one that an old browser breaks leaves the others alone

export function start(name, part) {
  try {
    part();
  } catch (error) {
    console.error(`${name} did not start:`, error);
  }
}
