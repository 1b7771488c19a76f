/** `rules/handoffs*.json`: what a rep is handed, and why a rep may say no. */
import { z } from 'zod';
import { duration } from './duration.ts';
import { choice, key, nameOf, schemaKey, shape, someText } from './shape.ts';

const handoff = shape({
  handoff: key,
  title: someText.optional(),
  routing: nameOf('routing', 'A routing of rules/routing.json.'),
  whenOpen: choice(['tell-the-owner']),
  required: z
    .array(nameOf('fact', 'A fact.'))
    .default([])
    .meta({ description: 'Facts a rep needs.' }),
  ifMissing: choice(['hand-over-and-show-gap']),
  brief: shape({
    facts: z.array(nameOf('fact', 'A fact the rep sees.')),
    history: duration,
    playbook: z.url({ protocol: /^https?$/, error: 'a link that begins with https://' }).optional(),
  }),
});

const rejectReason = shape(
  {
    id: key,
    label: someText,
    askDate: z.boolean().default(false),
    askText: z.boolean().default(false),
    askLead: z.boolean().default(false),
    then: shape(
      {
        stage: nameOf('stage', 'The stage the lead goes back to.').optional(),
        journey: nameOf('journey', 'A journey the lead enters.').optional(),
        sameRepBack: z.boolean().optional(),
        reroute: z.boolean().optional(),
        merge: choice(['ask']).optional(),
        disqualify: z.boolean().optional(),
      },
      { later: ['task', 'suppress'] },
    ),
  },
  { later: ['after'] },
);

export const handoffsFile = shape({
  $schema: schemaKey,
  handoffs: z.array(handoff).default([]),
  rejectReasons: z.array(rejectReason).default([]),
}).meta({ title: 'Handoffs', description: 'What a rep is handed, and why a rep may say no.' });
export type HandoffsFile = z.output<typeof handoffsFile>;
