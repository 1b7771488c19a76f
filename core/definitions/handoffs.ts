/** `rules/handoffs*.json`: what a rep is handed, and why a rep may say no. */
import { z } from 'zod';
import { duration } from './duration.ts';
import { about, choice, key, nameOf, schemaKey, shape, someText } from './shape.ts';

const brief = shape({
  facts: about(
    z.array(nameOf('fact', 'A fact the rep sees.')),
    'The facts that the email to the rep shows, in this order.',
  ),
  history: about(duration, 'How far back the email tells what the lead did.', '30 days', '2 weeks'),
  playbook: about(
    z.url({ protocol: /^https?$/, error: 'a link that begins with https://' }).optional(),
    'A page that says how to handle such a lead. Without it, no link is shown.',
    'https://wiki.acme.example/inbound',
  ),
});

const handoff = about(
  shape({
    handoff: about(key, 'Its name: stages call it by "onEnter".', 'inbound'),
    title: about(someText.optional(), 'How people read it. Without it, its name.', 'Inbound lead'),
    routing: nameOf('routing', 'Who gets the lead: a routing of rules/routing.json.'),
    whenOpen: about(
      choice(['tell-the-owner']),
      'What happens when the lead is handed over already: the rep who has it is told.',
    ),
    required: about(
      z.array(nameOf('fact', 'A fact a rep needs.')).default([]),
      'Facts a rep needs to begin. Default: none.',
    ),
    ifMissing: about(
      choice(['hand-over-and-show-gap']),
      'What happens when one of them is missing: the lead is handed over all the same, and the gap is shown.',
    ),
    brief: about(brief, 'What the email to the rep tells.'),
  }),
  'One kind of handover from marketing to sales.',
);

const consequence = shape(
  {
    stage: nameOf('stage', 'The stage the lead goes back to. Without it, it stays.').optional(),
    journey: nameOf(
      'enterable-journey',
      'A journey the lead enters (one with an "api" entry). Without it, none.',
    ).optional(),
    sameRepBack: about(
      z.boolean().optional(),
      'Whether the same rep gets the lead when it comes back. Default false.',
    ),
    reroute: about(
      z.boolean().optional(),
      'Whether the lead goes to another rep at once. Default false.',
    ),
    merge: about(
      choice(['ask']).optional(),
      '"ask" lists the lead for merging with another. Without it, nothing is merged.',
    ),
    disqualify: about(
      z.boolean().optional(),
      'Whether the lead is never handed over again. Default false.',
    ),
  },
  { later: ['task', 'suppress'] },
);

const rejectReason = about(
  shape(
    {
      id: about(key, 'Its name in files and reports.', 'not-now'),
      label: about(someText, 'What the button says.', 'Not now: call again later'),
      askDate: about(
        z.boolean().default(false),
        'Whether the rep is asked when to call again. Default false.',
      ),
      askText: about(
        z.boolean().default(false),
        'Whether the rep is asked for a note. Default false.',
      ),
      askLead: about(
        z.boolean().default(false),
        'Whether the rep is asked which other lead this is. Default false.',
      ),
      then: about(consequence, 'What happens to the lead then.'),
    },
    { later: ['after'] },
  ),
  'One reason for which a rep may give a lead back.',
);

export const handoffsFile = shape({
  $schema: schemaKey,
  handoffs: about(
    z.array(handoff).default([]),
    'The kinds of handover. Several files may hold some; names are unique over all.',
  ),
  rejectReasons: about(
    z.array(rejectReason).default([]),
    'The reasons a rep can choose from, in this order.',
  ),
}).meta({ title: 'Handoffs', description: 'What a rep is handed, and why a rep may say no.' });
export type HandoffsFile = z.output<typeof handoffsFile>;
