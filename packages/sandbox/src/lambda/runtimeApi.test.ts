import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RuntimeApi, startRuntimeApi } from './runtimeApi.ts'

let api: RuntimeApi
beforeEach(async () => {
  api = await startRuntimeApi()
})
afterEach(() => api.stop())

const invocation = {
  requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:adminSigner',
  deadline: 1542409706888,
  traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
  payload: '{"a":"é"}',
}
const call = async (path: string, body?: string) => {
  const method = body === undefined ? 'GET' : 'POST'
  const response = await fetch(`http://${api.address}/2018-06-01/runtime/${path}`, {
    method,
    body: body ?? null,
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

test('hands the runtime an invocation when there is one, and takes its response', async () => {
  const next = call('invocation/next')
  expect(await api.ready()).toBeUndefined()
  const outcome = api.invoke(invocation)
  const { status, headers, body } = await next
  expect({ status, body }).toEqual({ status: 200, body: { a: 'é' } })
  expect(headers.get('Lambda-Runtime-Aws-Request-Id')).toBe(invocation.requestId)
  expect(headers.get('Lambda-Runtime-Deadline-Ms')).toBe('1542409706888')
  expect(headers.get('Lambda-Runtime-Invoked-Function-Arn')).toBe(invocation.functionArn)
  expect(headers.get('Lambda-Runtime-Trace-Id')).toBe(invocation.traceId)
  const path = `invocation/${invocation.requestId}/response`
  expect(await call(path, '"done"')).toMatchObject({ status: 202, body: { status: 'OK' } })
  expect(await outcome).toEqual({ kind: 'response', payload: '"done"' })
  expect(await call(path, '"again"')).toMatchObject({ status: 400, body: { errorType: 'InvalidRequestID' } })
})

test('takes an error of an invocation, and of the start', async () => {
  const error = { errorType: 'TypeError', errorMessage: 'no', trace: ['TypeError: no'] }
  const next = call('invocation/next')
  const outcome = api.invoke(invocation)
  await next
  expect(await call(`invocation/${invocation.requestId}/error`, JSON.stringify(error))).toMatchObject({
    status: 202,
  })
  expect(await outcome).toEqual({ kind: 'error', error })
  expect(await call('init/error', JSON.stringify(error))).toMatchObject({ status: 202 })
  expect(await api.ready()).toEqual(error)
})

test('error: a response of another invocation, and a path that there is none of, are refused', async () => {
  const next = call('invocation/next')
  void api.invoke(invocation)
  await next
  expect(await call('invocation/other/response', '1')).toMatchObject({
    status: 400,
    body: { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' },
  })
  expect(await call('invocation/next/', '1')).toMatchObject({ status: 404 })
})
