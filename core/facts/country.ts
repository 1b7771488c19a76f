/**
 * A country as people write it → its ISO code of two letters: "Germany", "Deutschland", "Allemagne",
 * "DEU" and "de" are DE.
 *
 * Names come from the language data that Node carries (English, German, French, Spanish and the
 * country's own language), the codes from ISO 3166. A text that is none of them gives nothing, never
 * the nearest match: a wrong country mails people who may not be mailed.
 */

/** `undefined` where the text names no country. */
export function countryCode(text: string): string | undefined {
  const written = text.trim();
  const upper = written.toUpperCase();
  if (written.length === 2 && codes.has(upper)) return upper;
  if (written.length > LONGEST) return undefined;
  const name = plainName(written);
  return aliases.get(name) ?? alpha3.get(upper) ?? names().get(name);
}

export function isCountryCode(text: string): boolean {
  return codes.has(text);
}

/** The longest name has 60 letters. */
const LONGEST = 80;

/** "Österreich" → "osterreich", "St. Lucia" → "st lucia". */
function plainName(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '');
}

let namesKnown: ReadonlyMap<string, string> | undefined;

/** Made at the first name that is no code: it takes some milliseconds. */
function names(): ReadonlyMap<string, string> {
  if (namesKnown !== undefined) return namesKnown;
  const spoken = languages.map((language) => regionNames(language));
  namesKnown = new Map([...codes].flatMap((code) => namesOf(code, spoken)));
  return namesKnown;
}

const languages = ['en', 'de', 'fr', 'es'] as const;

function regionNames(language: string): Intl.DisplayNames {
  return new Intl.DisplayNames([language], { type: 'region' });
}

function namesOf(
  code: string,
  spoken: readonly Intl.DisplayNames[],
): readonly (readonly [string, string])[] {
  const { language } = new Intl.Locale(`und-${code}`).maximize();
  return [...spoken, regionNames(language)].flatMap((one) => {
    const name = one.of(code) ?? code;
    return [...new Set([plainName(name), plainName(withoutUmlauts(name))])].map(
      (plain) => [plain, code] as const,
    );
  });
}

/** "Oesterreich", as those write who lack the key. */
function withoutUmlauts(name: string): string {
  return name
    .replaceAll(/[äÄ]/g, 'ae')
    .replaceAll(/[öÖ]/g, 'oe')
    .replaceAll(/[üÜ]/g, 'ue')
    .replaceAll('ß', 'ss');
}

/** What people write beside the names of the language data. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    US: 'usa|u s|u s a|united states of america|america|vereinigte staaten von amerika|etats unis d amerique|estados unidos de america|eeuu|ee uu',
    GB: 'uk|u k|great britain|britain|england|scotland|wales|northern ireland|grossbritannien|großbritannien|angleterre|inglaterra|gran bretana|grande bretagne',
    DE: 'ger|federal republic of germany|bundesrepublik deutschland|brd',
    NL: 'holland|netherlands|niederlande|pays bas|paises bajos',
    CH: 'svizzera|suisse|swiss',
    CZ: 'czech republic|tschechische republik|tschechei|republique tcheque|republica checa',
    AE: 'uae|u a e|emirates|vae',
    KR: 'korea|republic of korea|south korea|sudkorea|suedkorea',
    KP: 'north korea|nordkorea',
    RU: 'russian federation|russische foderation',
    CN: 'peoples republic of china|people s republic of china|pr china|p r china|mainland china|volksrepublik china',
    HK: 'hong kong|hongkong',
    MO: 'macao|macau',
    TW: 'republic of china|taiwan r o c',
    TR: 'turkey|turkiye|turkei|tuerkei',
    MK: 'macedonia|mazedonien',
    SZ: 'swaziland',
    CI: 'ivory coast|elfenbeinkuste',
    CV: 'cape verde',
    MM: 'burma|birma',
    VN: 'viet nam',
    IR: 'islamic republic of iran',
    SY: 'syrian arab republic',
    LA: 'lao pdr',
    MD: 'republic of moldova',
    BO: 'plurinational state of bolivia',
    VE: 'bolivarian republic of venezuela',
    TZ: 'united republic of tanzania',
    CD: 'democratic republic of the congo|dr congo|drc',
    CG: 'republic of the congo',
    VA: 'holy see|vatican',
    PS: 'palestine|state of palestine',
    IE: 'republic of ireland|eire',
    BY: 'weissrussland|weißrussland',
    GR: 'el',
  }).flatMap(([code, written]) => written.split('|').map((name) => [name, code] as const)),
);

/** ISO 3166-1: two letters and the three of the same country; XK is what Kosovo goes by. */
const iso = `
  ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE
  BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS
  BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN
  COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST
  EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF
  GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD
  HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM
  JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA
  LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD
  MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM
  NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG
  PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA
  SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD
  STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON
  TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR
  VNVNM VUVUT WFWLF WSWSM XKXKK YEYEM YTMYT ZAZAF ZMZMB ZWZWE
`
  .trim()
  .split(/\s+/);
const codes: ReadonlySet<string> = new Set(iso.map((pair) => pair.slice(0, 2)));
const alpha3: ReadonlyMap<string, string> = new Map(
  iso.map((pair) => [pair.slice(2), pair.slice(0, 2)]),
);
