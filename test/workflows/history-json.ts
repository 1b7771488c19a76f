/**
 * Histories as JSON and back, by the message type's own conversion. The SDK's `historyToJSON` fails
 * where the packages of one SDK carry separate copies of protobufjs, as an npm install gives them.
 */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';

const Type = proto.temporal.api.history.v1.History;

export function toJson(history: History): string {
  const plain = Type.toObject(Type.fromObject(history), {
    longs: String,
    bytes: String,
    enums: String,
  });
  return JSON.stringify(plain);
}

export function fromJson(json: string): History {
  return Type.fromObject(JSON.parse(json) as Record<string, unknown>);
}
