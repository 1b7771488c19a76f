/**
 * How senior a job title is: individual, manager, director, vp or c-level; in English, German, French
 * and Spanish.
 *
 * Rules in order, the first that fits decides, so what sounds more than it is comes first: an assistant
 * to the CEO is no CEO, a product owner owns no company, a vice president is no president. A title that
 * no rule knows gives nothing, never a guess; so does one that is over ("former CEO").
 */
export const seniorities = ['individual', 'manager', 'director', 'vp', 'c-level'] as const;
export type Seniority = (typeof seniorities)[number];

export function seniorityOf(title: string): Seniority | undefined {
  if (title.length > LONGEST) return undefined;
  const words = plainWords(title);
  const found = rules.find(([, pattern]) => pattern.test(words));
  return found?.[0] === 'over' ? undefined : found?.[0];
}

const LONGEST = 200;

/** " geschaftsfuhrer vertrieb ": without accents, between single blanks. */
function plainWords(title: string): string {
  const plain = title
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return ` ${plain} `;
}

/** One of these, as whole words; "…" stands for any letters before or after. */
function any(phrases: string): RegExp {
  const written = phrases
    .trim()
    .replaceAll(/\s+/g, ' ')
    .split(', ')
    .map((phrase) => phrase.replaceAll('…', '[^ ]*'));
  return new RegExp(` (?:${written.join('|')}) `);
}

const rules: readonly (readonly [Seniority | 'over', RegExp])[] = [
  [
    'over',
    any(`
      former, formerly, ex, retired, ehemalige, ehemaliger, ancien, ancienne, antiguo, exdirector,
      emeritus
    `),
  ],
  [
    'c-level',
    any(`
      secretary general, general secretary, generalsekretar…, secretaire generale?, secretari[oa]
      general
    `),
  ],
  ['vp', any(`(?:assistant|associate|deputy) vice president`)],
  ['manager', any(`assistant (?:general )?manager, assistant director`)],
  // Who works for somebody senior.
  [
    'individual',
    any(`
      …assistant, …assistante, …assistants, …assistent, …assistentin, …assistenz, asistente,
      asistenta, …sekretar, …sekretarin, …sekretariat, secretary, secretaire, secretari[oa], pa
      to, …referent, …referentin, to (?:the
      )?(?:ceo|cfo|coo|cto|cio|cmo|vp|president|board|director|managing director),
      (?:founder|founders|ceo|president) s? ?(?:associate|office)
    `),
  ],
  ['director', any(`chief of staff, chef de cabinet, editor in chief, chefredakteur…`)],
  [
    'individual',
    any(`
      (?:product|process|scrum|data|service|business process) owner, scrum master
    `),
  ],
  [
    'vp',
    any(`
      vice presidents?, vp, svp, evp, avp, rvp, vizeprasident…, vizepraesident…, vice presidente?,
      vicepresident[ea]
    `),
  ],
  [
    'c-level',
    any(`
      chief [^ ]+(?: [^ ]+){0,3} officer, chief
      (?:executive|financial|operating|technology|technical|information|marketing|revenue|product|people|human),
      ceo, cfo, coo, cto, cio, cmo, cro, cso, cpo, cco, cdo, chro, ciso, cxo, founder, cofounder,
      co founder, founding partner, managing partner, owner, co owner, proprietor, managing
      director, general director, president, chairman, chairwoman, chairperson, board member,
      member of the board(?: of directors)?, …geschaftsfuhrer, …geschaftsfuhrerin,
      …geschaeftsfuehrer, …geschaeftsfuehrerin, …geschaftsfuhrung, …geschaeftsfuehrung,
      geschaftsfuhrende, geschaftsfuhrender, geschaftsleiter, geschaftsleiterin, geschaftsleitung,
      vorstand, vorstandin, vorstands?mitglied, vorstandsvorsitzende, vorstandsvorsitzender,
      inhaber, inhaberin, grunder, grunderin, mitgrunder, mitgrunderin, gesellschafter,
      gesellschafterin, prasident, prasidentin, pdg, president directeur general, directeur
      general, directrice generale, gerante?, fondateur, fondatrice, cofondateur, cofondatrice,
      presidente, proprietaire, director general, directora general, director gerente,
      consejer[oa] delegad[oa], gerente general, fundador, fundadora, cofundador, cofundadora,
      propietari[oa], presidenta
    `),
  ],
  [
    'individual',
    any(`
      art director, funeral director, head ?hunter, head (?:chef|nurse|waiter|waitress), chef de
      cuisine, casting director
    `),
  ],
  [
    'manager',
    any(`
      team ?leiter, team ?leiterin, teamleitung, projekt ?leiter, projekt ?leiterin,
      projektleitung, gruppenleiter…, …schichtleiter, filialleiter…, marktleiter…, bauleiter…,
      kundendienstleiter…
    `),
  ],
  [
    'director',
    any(`
      director, directora, directeur, directrice, direktor, direktorin, head, …leiter, …leiterin,
      …leitung, prokurist, prokuristin, dean
    `),
  ],
  [
    'individual',
    any(`
      (?:key |strategic |senior |junior |global |technical )*account manager…, …account manager,
      customer success manager, community manager, social media manager, lead gen…, leads?
      qualification, case manager
    `),
  ],
  [
    'manager',
    any(`
      …manager, …managerin, manageress, gestionnaire, team ?leads?, lead, tech lead, supervisor,
      supervisora, superviseur…, foreman, responsable, chef d[eu]s?, chef d, cheffe d[eu], jef[ea]
      de, gerente, encargad[oa], abteilungschef…, superintendent
    `),
  ],
  [
    'individual',
    any(`
      …engineer, …developer, …analyst, specialist, …consultant, consultante, designer, intern,
      …student, …studentin, trainee, apprentice, associate, representative, rep, sdr, bdr,
      …executive, …accountant, scientist, researcher, teacher, professor, lecturer, nurse,
      …administrator, clerk, officer, coordinator, technician, recruiter, editor, writer,
      copywriter, journalist, lawyer, attorney, architect, programmer, bookkeeper, planner, buyer,
      agent, advisor, adviser, …werkstudent, …werkstudentin, praktikant, praktikantin,
      …sachbearbeiter, …sachbearbeiterin, …mitarbeiter, …mitarbeiterin, …entwickler,
      …entwicklerin, …ingenieur, …ingenieurin, …berater, …beraterin, …buchhalter, …buchhalterin,
      …kaufmann, …kauffrau, …techniker, …technikerin, azubi, auszubildende…, analystin, fachkraft,
      spezialist, spezialistin, lehrer, lehrerin, einkaufer, einkauferin, redakteur, redakteurin,
      …verkaufer, …verkauferin, steuerberater…, ingenieure, developpeur, developpeuse, comptable,
      conseiller, conseillere, chargee? d[eu]s?, chargee? d, stagiaire, technicien, technicienne,
      commercial, commerciale, alternante?, etudiante?, specialiste, analyste, redacteur,
      redactrice, vendeur, vendeuse, ingenier[oa], desarrollador, desarrolladora, analista,
      consultor, consultora, contable, becari[oa], tecnic[oa], asesor, asesora, estudiante,
      especialista, comercial, vendedor, vendedora, coordinador, coordinadora, administrativ[oa]
    `),
  ],
];
