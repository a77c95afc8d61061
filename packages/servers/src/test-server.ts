/** `restart` kills it and starts it again on the same port with the same data, `hang` stops it (SIGSTOP) and lets it go on; only where it is this process's own. */
export type TestServer = {
  url: string;
  stop: () => Promise<void>;
  hang?: (meanwhile: () => Promise<void>) => Promise<void>;
  restart?: (meanwhile?: () => Promise<void>) => Promise<void>;
};
