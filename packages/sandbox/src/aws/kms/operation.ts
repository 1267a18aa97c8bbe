// An operation of the KMS API: the shape of its input and what it does.
import { type Parsed, parse, type Shape, text } from '../shape.ts'
import type { Call } from './store.ts'

/** Takes the parsed JSON body; returns the output, or nothing for an operation without one. */
export type Operation = (body: unknown, call: Call) => object | undefined

/**
 * Makes an operation of the shape of its input and a function over it.
 *
 * @param shape The members of the input.
 * @param run What the operation does with a valid input.
 * @returns The operation. It authorizes the caller before it looks at the state of anything.
 */
export const operation =
  <S extends Shape>(shape: S, run: (input: Parsed<S>, call: Call) => object | undefined): Operation =>
  (body, call) => {
    const input = parse(shape, body)
    call.authorize(input)
    return run(input, call)
  }

/** A key id, key ARN, alias name or alias ARN. */
export const keyId: ReturnType<typeof text> = text({ min: 1, max: 2048 })

/** Epoch seconds with a fraction, as AWS JSON 1.1 writes a timestamp. */
export const timestamp = (time: number): number => time / 1000
