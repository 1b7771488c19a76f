/** A name server on a free port of this machine, with a small zone: what c-ares really decodes. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Per domain and record type; absent domains do not exist. `'servfail'` and `'silent'` are outages. */
export interface Zone {
  readonly [domain: string]:
    | 'servfail'
    | 'silent'
    | {
        readonly MX?: readonly (readonly [priority: number, exchange: string])[];
        readonly A?: readonly string[];
        readonly NS?: readonly string[];
        readonly TXT?: readonly string[];
        /** Of `<reversed address>.in-addr.arpa`. */
        readonly PTR?: readonly string[];
      };
}
export interface NameServer {
  readonly address: string;
  /** `<domain> <type>` of every question so far. */
  readonly asked: readonly string[];
  close(): void;
}

const types: { readonly [code: number]: 'A' | 'NS' | 'PTR' | 'MX' | 'TXT' } = {
  ...{ 1: 'A', 2: 'NS', 12: 'PTR', 15: 'MX', 16: 'TXT' },
};
const [noError, serverFailure, noSuchName] = [0, 2, 3];

export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (question, from) => {
    const { name, code, end } = readQuestion(question);
    asked.push(`${name} ${types[code] ?? code}`);
    const known = zone[name];
    if (known === 'silent') return;
    const type = types[code];
    const records =
      known === undefined || known === 'servfail' || type === undefined
        ? []
        : (known[type] ?? []).map((record) => encodeRecord(code, record));
    const result =
      known === 'servfail' ? serverFailure : known === undefined ? noSuchName : noError;
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (result ?? 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(
      Buffer.concat([header, question.subarray(12, end), ...records]),
      from.port,
      from.address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => void socket.close(),
  };
}

function readQuestion(packet: Buffer): { name: string; code: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return {
    name: labels.join('.').toLowerCase(),
    code: packet.readUInt16BE(at + 1),
    end: at + 5,
  };
}

function encodeRecord(
  code: number,
  record: string | readonly [priority: number, exchange: string],
): Buffer {
  const data =
    typeof record !== 'string'
      ? Buffer.concat([Buffer.from([record[0] >> 8, record[0] & 255]), encodeName(record[1])])
      : code === 1
        ? Buffer.from(record.split('.').map(Number))
        : code === 16
          ? encodeText(record)
          : encodeName(record);
  const header = Buffer.alloc(12);
  // A pointer to the name of the question, class IN, a minute.
  header.writeUInt16BE(0xc00c, 0);
  header.writeUInt16BE(code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt32BE(60, 6);
  header.writeUInt16BE(data.length, 10);
  return Buffer.concat([header, data]);
}

/** In pieces of at most 255 characters, as long keys are published. */
function encodeText(text: string): Buffer {
  const pieces = text.match(/[^]{1,255}/g) ?? [];
  return Buffer.concat(
    pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece)])),
  );
}

function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
