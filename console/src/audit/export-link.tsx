import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { API_PREFIX } from '../api/service-client';

/** Downloads the whole trail; the browser writes it to disk as it arrives. */
export function ExportLink(): ReactElement {
  return (
    <Button
      component="a"
      size="xs"
      variant="default"
      href={`${API_PREFIX}/v1/audit/export`}
      download="audit-export.ndjson"
    >
      Download export
    </Button>
  );
}
