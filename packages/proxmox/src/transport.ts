/** One call as it goes over the wire; `path` lies below `/api2/json` and its segments are percent-encoded. */
export type ApiRequest = {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  form?: Record<string, string>;
  /** `USER@REALM!TOKENID=UUID`. */
  token: string;
  /** Machine milliseconds until the answer must be complete. */
  timeout_ms: number;
  /** True where sending it twice does no harm. */
  idempotent: boolean;
  /** Asked once a connection stands, before a byte goes out: why it must not be sent any more, or null. */
  mayStillSend?: () => string | null;
};

/** What came back; header names in lower case, `host` is the one that answered. */
export type ApiAnswer = { status: number; reason: string; headers: Record<string, string>; body: string; host: string };

/** Brings one request to the cluster and its answer back, or throws a TransportFailure. */
export type Transport = {
  send: (request: ApiRequest) => Promise<ApiAnswer>;
  close: () => Promise<void>;
};

/** No answer came. `sent` is false only where the request is known not to have left this machine. */
export class TransportFailure extends Error {
  override name = 'TransportFailure';
  readonly kind: 'unreachable' | 'timeout' | 'certificate' | 'bad_answer';
  readonly sent: boolean;
  constructor(kind: TransportFailure['kind'], message: string, sent: boolean) {
    super(message);
    this.kind = kind;
    this.sent = sent;
  }
}

/** The path with its query, as it stands in a request line. */
export function targetOf(request: Pick<ApiRequest, 'path' | 'query'>): string {
  const query = new URLSearchParams(request.query ?? {}).toString();
  return `/api2/json${request.path}${query === '' ? '' : `?${query}`}`;
}

/** True for what a node says when it could not hand the call on to another node: 595 to 599. */
export const isProxyTrouble = (status: number): boolean => status >= 595 && status <= 599;
