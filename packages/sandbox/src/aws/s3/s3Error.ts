// A request to S3, and what is wrong with one. Amazon S3 API Reference, "Error responses".

/** A request to S3, decoded. */
export type S3Call = {
  readonly method: string
  readonly bucket: string
  /** Of the object; empty where the request is about the bucket. */
  readonly key: string
  readonly query: ReadonlyMap<string, string>
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: Uint8Array
}

/** An error of S3, which is answered as XML. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  /** HTTP status. */
  readonly status: number
  /** S3's name of it. */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
