// What other programs may take from the command line: the client of the signing endpoint.
export {
  type Credentials,
  createSigningEndpoint,
  EndpointError,
  type EndpointReply,
  type EndpointRequest,
  type SigningEndpoint,
} from './endpoint.ts'
