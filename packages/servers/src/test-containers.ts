import type { TestServer } from './test-server.ts';

const images = {
  nats: { image: 'nats:2.12-alpine', port: 4222, command: ['-js'], ready: 'Server is ready' },
  redis: {
    image: 'redis:8-alpine',
    port: 6379,
    command: ['redis-server', '--appendonly', 'yes'],
    ready: 'Ready to accept',
  },
};

/** Null where no Docker engine answers or the image cannot be had. */
export async function startContainer(name: 'nats' | 'redis'): Promise<TestServer | null> {
  const { image, port, command, ready } = images[name];
  try {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = await new GenericContainer(image)
      .withCommand(command)
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forLogMessage(new RegExp(ready, 'u')))
      .start();
    const url = `${name}://${container.getHost()}:${container.getMappedPort(port)}`;
    return { url, stop: async () => void (await container.stop()) };
  } catch (error) {
    console.warn(`no container of ${image}: ${(error as Error).message.split('\n')[0]}`);
    return null;
  }
}
