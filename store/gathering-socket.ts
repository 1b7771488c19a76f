/**
 * A socket that sends what is written in one turn of the event loop in one piece.
 *
 * Statements that do not wait for each other then cost one system call and one round trip together:
 * under load most of the time of a small batch went into sending its fourteen statements one by one.
 * It changes no order and holds nothing back longer than the code that runs now.
 */
import { Socket } from 'node:net';

export function createGatheringSocket(): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isHeld = false;
  const release = (): void => {
    isHeld = false;
    socket.uncork();
  };
  socket.write = (...args: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      queueMicrotask(release);
    }
    return write(...args);
  };
  return socket;
}
