// Long lines for terminals.

/** Columns of a terminal that reports keep to. */
export const width = 100

/** Breaks a text between words; a word that is too long stays whole. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
