// What functions of a module lead to: functions that they call, functions whose number in the function table is
// among their constants, and objects in the data that they name; these lead to the functions whose numbers they hold,
// such as the methods of a future. It is told as unused-data.mjs tells what is in use, and errs to the same side: a
// constant that only looks like an address or a number leads somewhere too.
import { calledIn } from "./module-text.mjs";
import { constantsOf, objectsOf } from "./unused-data.mjs";

/**
 * The `{ functions, objects }` that the functions of these names lead to, themselves among them. `functions` are the
 * module's by name, `slots` its function table; the rest is what the linker told.
 */
export function reach(names, { functions, slots }, links) {
  const found = { functions: new Set(), objects: new Set() };
  const constants = new Set();
  const open = [];
  const call = (name) => {
    if (found.functions.has(name)) return;
    found.functions.add(name);
    open.push(() => followFunction(functions.get(name).text));
  };
  const callSlot = (number) => {
    if (slots.has(number)) call(slots.get(number));
  };
  const touch = (object) => {
    if (found.objects.has(object)) return;
    found.objects.add(object);
    open.push(() => followObject(object));
  };
  const followFunction = (text) => {
    calledIn(text).forEach(call);
    for (const constant of constantsOf(text)) {
      if (constants.has(constant)) continue;
      constants.add(constant);
      objectsOf(constant, links).forEach(touch);
      if (links.numbers.has(constant)) callSlot(constant);
    }
  };
  const followObject = (object) => {
    object.others.forEach(touch);
    object.numbers.forEach(callSlot);
  };
  names.forEach(call);
  links.roots.forEach(touch);
  while (open.length > 0) open.pop()();
  return found;
}
