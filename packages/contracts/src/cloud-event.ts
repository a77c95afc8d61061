/** A CloudEvent 1.0 as it travels; `data` is the decoded JSON. */
export type CloudEvent = {
  specversion: '1.0';
  /** `<event name>/<cluster>/<natural id>`. */
  id: string;
  /** URI of the service that said it, `urn:evenkeel:<service>`. */
  source: string;
  /** `dev.evenkeel.<event name>.v<version>`. */
  type: string;
  /** The cluster. */
  subject: string;
  /** RFC 3339; cluster time. */
  time: string;
  datacontenttype: 'application/json';
  dataschema: string;
  /** W3C trace context of this hop. */
  traceparent?: string;
  tracestate?: string;
  /** The configuration in force when it was said. */
  configrevision?: string;
  /** Event that led to this one. */
  causationid?: string;
  /** Of an approval, where its services share a key: HMAC-SHA256 over its data, base64url. */
  approvalsignature?: string;
  data: unknown;
};
