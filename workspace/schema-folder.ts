/** Where the JSON Schemas of a workspace lie: `../schema/journey.json` of a journey. */
export const schemaFolder = 'schema';
