/** `restart` kills it and starts it again on the same port with the same data; only where it is this process's own. */
export type TestServer = {
  url: string;
  stop: () => Promise<void>;
  restart?: (meanwhile?: () => Promise<void>) => Promise<void>;
};
