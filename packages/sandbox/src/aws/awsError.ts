// An error that goes to the client of an AWS API, under the name AWS gives it.

/** Thrown by operations, turned into a response by the server. */
export class AwsError extends Error {
  readonly code = 'AWS_ERROR'
  /** AWS's name of the error, for example `NotFoundException`: the `__type` on the wire. */
  readonly type: string

  constructor(type: string, message = '') {
    super(message)
    this.name = 'AwsError'
    this.type = type
  }
}
