/**
 * The rules for reading a label from words, as data. They follow NegEx (Chapman et al. 2001): terms name a condition, triggers
 * before or after a term change the claim about it, and a trigger's reach ends at a terminator.
 */
export interface TermRule {
  readonly rule: string;
  /** The claim of the term alone. */
  readonly says: 'positive' | 'negative';
  readonly pattern: RegExp;
}

/** A word that changes the claim of a nearby term. */
export interface TriggerRule {
  readonly rule: string;
  readonly effect: 'negates' | 'doubts' | 'ignores';
  /** Position of the trigger relative to the term. */
  readonly side: 'before' | 'after';
  /** At most so many words between trigger and term. */
  readonly reach: number;
  readonly pattern: RegExp;
}

export const terms: readonly TermRule[] = [
  {
    rule: 'non-covid',
    says: 'negative',
    pattern:
      /\b(?:non[- ]?(?:covid|ncp|2019-?ncov|sars-cov-?2)(?:[- ]?19)?(?:[- ]pneumonia)?|covid(?:-?19)?[- ](?:negative|free)|rt-?pcr[- ]negative)\b/giu,
  },
  {
    rule: 'covid',
    says: 'positive',
    pattern:
      /(?:\bcovid[- ‐–]?(?:19|2019)?|\b(?:novel|new|2019[- ]?new)[- ]?corona[- ]?virus(?:[- ](?:2019|disease|pneumonia|infection|infected))*|\bcorona[- ]?virus[- ](?:disease|pneumonia|infection)(?:[- ]?(?:20)?19)?|(?<!\d)(?:2019|19)[- ‐–]?n?[- ]?cov(?:id)?(?:-?19)?|\bn-?cov(?:[- ]?2019)?|\bsars[- ‐–]{0,2}cov[- ‐–]{0,2}2|\bsars2\b|\bnci?p\b|\bhcov-19)(?![\p{L}])/giu,
  },
  {
    rule: 'other-pneumonia',
    says: 'negative',
    pattern:
      /\b(?:common|ordinary|community[- ]acquired|bacterial|viral(?! rna| nucleic| load)|influenza(?:[- ]a|[- ]b)?(?: virus)?|mycoplasma(?: pneumoniae)?|adeno ?virus|fungal|aspiration|eosinophilic|organi[sz]ing|interstitial|other|non[- ]viral|pneumocystis(?: jirovecii)?|legionella|lobar|streptococcal|staphylococcal|rsv) (?:lung )?(?:pneumonias?|infections?)\b/giu,
  },
  { rule: 'other-pneumonia-short', says: 'negative', pattern: /\b(?:CAP|CP(?! ?\d)|IAVP)\b/gu },
  {
    rule: 'other-virus',
    says: 'negative',
    pattern:
      /\b(?:influenza(?: a| b)?|H1N1|H7N9|H5N1|MERS(?:-CoV)?|SARS(?!(?:[- ‐–]{0,2}(?:CoV|2)))(?:-CoV(?!-?2))?|RSV|parainfluenza|rhinovirus|adenovirus|cytomegalovirus|CMV)\b/gu,
  },
  {
    rule: 'other-disease',
    says: 'negative',
    pattern:
      /\b(?:(?:pulmonary |secondary pulmonary )?tuberculosis|lung (?:cancer|tumou?r|adenocarcinoma|carcinoma|nodules?)|non[- ]small[- ]cell|nsclc|pulmonary (?:nodules?|metasta[sz][ei]s|emphysema|o?edema|fibrosis|embolism)|emphysema|copd|adenocarcinoma|lymphoma|sarcoidosis|bronchiectasis|mesothelioma|silicosis|nodule)\b/giu,
  },
  {
    rule: 'healthy',
    says: 'negative',
    pattern:
      /(?<![\p{L}])(?:healthy(?: (?:control|volunteer|person|subject|individual|people|lung)s?)?|normal (?:control|subject|individual|person|people|case|patient|chest ct|ct|lung|scan)s?|(?:negative |healthy )controls?|control (?:group|subject|patient|case)s?|controls?(?=[),.;:]|$)|uninfected|no (?:lung )?(?:pneumonia|infection|abnormal(?:ity|ities)?|findings|lesions?)|without (?:pneumonia|infection|covid(?:-19)?|any lesions?)|(?<=^|[:\s(–-])normal(?=[\s]*(?:[),.;:]|$))|CT-0(?!\d))(?![\p{L}])/giu,
  },
];

export const triggers: readonly TriggerRule[] = [
  {
    rule: 'negation',
    effect: 'negates',
    side: 'before',
    reach: 4,
    pattern:
      /\b(?:no evidence of|no signs? of|not|no|without|negative for|ruled? out|excluded|free of|absence of|never had|not infected with|uninfected with|tested negative for|unrelated to|other than|rather than)\s*$/iu,
  },
  {
    rule: 'negated-after',
    effect: 'negates',
    side: 'after',
    reach: 4,
    pattern:
      /^\s*(?:(?:was|were|is|has been|infection|pneumonia|nucleic acid|test|tests|rt-?pcr|pcr|swab)\s+)*(?:ruled out|excluded|not (?:detected|found|confirmed)|negative(?!\s+(?:pressure|control|result\w* (?:in|of) the first))|undetectable)/iu,
  },
  {
    rule: 'suspicion',
    effect: 'doubts',
    side: 'before',
    reach: 4,
    pattern:
      /\b(?:suspected(?: of| to have| cases? of)?|suspicion of|suspicious (?:for|of)|possible|possibly|presumed|presumptive|query|cannot exclude|could be|might be|differentiate|differentiating|differential diagnos[ie]s (?:of|from|with|between)|distinguish(?:ing|ed)?|mimic(?:s|king)?|resembl(?:es|ing)|similar to|simulated|probable)\s*$/iu,
  },
  {
    rule: 'suspicion-after',
    effect: 'doubts',
    side: 'after',
    reach: 2,
    pattern: /^\s*(?:\(?suspected\)?|suspicion|was suspected|suspects?\b)/iu,
  },
  {
    rule: 'before-onset',
    effect: 'doubts',
    side: 'before',
    reach: 5,
    pattern:
      /\b(?:before(?: the)?(?: onset| infection| diagnosis)?(?: of| with)?|prior to(?: the)?(?: onset| infection| diagnosis)?(?: of| with)?|pre-?)\s*$/iu,
  },
  {
    // "NCP hospital", "COVID-19 dataset of …", "COVID-19 pandemic": no patient is meant.
    rule: 'not-a-patient',
    effect: 'ignores',
    side: 'after',
    reach: 1,
    pattern:
      /^\s*(?:pandemic|epidemic|outbreak|era|period|hospitals?|designated|vaccin\w+|research|classifier|classification|detection|segmentation|screening|identification|recognition|diagnosis system|prediction|test kits?|kits?|-net\b|net\b|-ct-mask-net|-ct-seg|probabilit\w+|severity level)/iu,
  },
  {
    rule: 'model-output',
    effect: 'ignores',
    side: 'before',
    reach: 4,
    pattern:
      /\b(?:probabilit(?:y|ies) of|prediction of|predict(?:ed|ing)?(?: as)?|classif(?:y|ied|ication)(?: of| as)?|detection of|detecting|identification of|identify(?:ing)?|diagnosis of|screening (?:of|for)|framework for(?: the)?(?: automatic)?|history of|risk of|exposure to|contact with|proportion of)\s*$/iu,
  },
];

/** Phrases that restrict a claim to some panels without letters: "(3rd column)", "in the second row". */
export const restrictions =
  /^[^.;]{0,40}?\(?\b(?:in\s+)?(?:the\s+)?(?:\d(?:st|nd|rd|th)|first|second|third|fourth|fifth|last|left|right|middle|top|bottom|upper|lower)\s+(?:columns?|rows?|panels?|images?|pictures?)\b/iu;

/** Where a trigger's reach ends. */
export const terminators =
  /[.;:?!]|\b(?:but|however|whereas|while|although|though|versus|vs\.?|compared (?:to|with)|except|because|since|which|who)\b|,\s*(?:and|with)\b/iu;

/** Phrases about when a scan was made, of a patient who has the disease or had it: the scan may not show it. */
export const timeDoubts: readonly { readonly rule: string; readonly pattern: RegExp }[] = [
  {
    rule: 'before-onset',
    pattern:
      /\b(?:before|prior to) (?:the )?(?:onset|symptoms?|symptom onset|infection|illness|admission for covid)|\b\d+ (?:months?|years?) (?:before|earlier|ago)|\bpre-?(?:infection|illness|covid)\b/iu,
  },
  {
    rule: 'after-recovery',
    pattern:
      /\b(?:after (?:full |complete )?recovery|(?:fully|completely) (?:recovered|resolved|absorbed|disappeared)|complete (?:resolution|absorption)|returned to normal|(?:no|without) (?:obvious |residual )?(?:abnormalit(?:y|ies)|lesions?) (?:were |was )?(?:left|seen|found|remained)?|lesions? (?:had |have )?(?:disappeared|vanished)|after discharge|convalescen(?:t|ce))/iu,
  },
];

/** Words in a panel's own part of the caption for views that are not axial slices, unless it names one as well. */
export const otherViews: readonly { readonly names: RegExp; readonly unless: RegExp }[] = [
  {
    names:
      /\b(?:x[- ]?\s?rays?|radiographs?|radiography|CXR|histolog\w+|histopatholog\w+|micrographs?|electron microscop\w+|bronchoscop\w+|ultrasound|sonograph\w+|photographs?|MRI|PET)\b/iu,
    unless: /\b(?:axial|transverse|transaxial|CT)\b/iu,
  },
  {
    // Views that a CT has too.
    names:
      /\b(?:coronal|sagittal|scout|topogram|volume[- ]rendered|3D (?:rendering|reconstruction))\b/iu,
    unless: /\b(?:axial|transverse|transaxial)\b/iu,
  },
];

/** Words of a caption for pictures that are not scans. */
export const syntheticWords =
  /\b(?:generated|synthetic|synthesi[sz]ed|fake|GAN[- ](?:generated|made)|simulated|phantoms?|interpolat(?:ion|ed)|artificial(?:ly)? (?:image|created|generated)|cartoon|schematic illustration)\b/iu;
