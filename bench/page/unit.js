// Rows of unit length.

/** Brings every row of `dimension` numbers to length 1, in place, and returns them. */
export function unitRows(numbers, dimension) {
  for (let start = 0; start < numbers.length; start += dimension) {
    let sum = 0;
    for (let at = start; at < start + dimension; at += 1) sum += numbers[at] ** 2;
    const norm = Math.sqrt(sum) || 1;
    for (let at = start; at < start + dimension; at += 1) numbers[at] /= norm;
  }
  return numbers;
}
