import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Examination } from '../api/schemas';

const KEY = ['examination'];

interface KeptExamination {
  readonly examination: Examination | undefined;
  readonly keep: (examination: Examination) => void;
}

/** The last examination, which is kept while the console is open: it costs too much to be read again by itself. */
export function useExamination(): KeptExamination {
  const queries = useQueryClient();
  const { data } = useQuery<Examination>({
    queryKey: KEY,
    queryFn: () => Promise.reject(new Error('An examination is made on request alone.')),
    enabled: false,
    gcTime: Infinity,
  });
  return {
    examination: data,
    keep: (examination) => {
      queries.setQueryData(KEY, examination);
    },
  };
}
