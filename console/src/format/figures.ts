/** A figure with separated thousands; a dash where there is none. */
export function countText(count: number | null | undefined): string {
  return count === null || count === undefined ? '–' : count.toLocaleString('en');
}

/** A share of 0 to 1 in whole per cent; a dash where there is none. */
export function percentText(share: number | null | undefined): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? '–'
    : `${Math.round(share * 100)} %`;
}

/** A count with its noun: `1 record`, `2 records`. */
export function countedText(count: number, singular: string, plural = `${singular}s`): string {
  return `${countText(count)} ${count === 1 ? singular : plural}`;
}

/** The words of a code: `connection-lost` and `CRM_SYNC_FAILED` as `connection lost` and `CRM sync failed`. */
export function wordsOf(code: string): string {
  return code
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase()
    .replaceAll(/\bcrm\b/g, 'CRM');
}
