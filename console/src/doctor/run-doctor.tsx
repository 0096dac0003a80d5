import { Checkbox } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { Examination } from '../api/schemas';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';

interface RunDoctorProps {
  readonly onReport: (examination: Examination) => void;
}

/** Examines the deployment once that is confirmed. */
export function RunDoctor({ onReport }: RunDoctorProps): ReactElement {
  const [offline, setOffline] = useState(false);
  const [trySession, setTrySession] = useState(false);
  return (
    <ConfirmAction
      label="Run doctor"
      scope="doctor.run"
      question={
        <>
          <p>
            The replica that answers asks Genesys Cloud, the CRM and the database. Nothing is changed there;
            the CRM gets one event of type <code>session.test</code>. It takes seconds, and up to a minute
            where hosts do not answer.
          </p>
          <Checkbox
            size="sm"
            label="Settings, keys and database alone"
            checked={offline}
            onChange={({ currentTarget: { checked } }) => setOffline(checked)}
          />
          <Checkbox
            size="sm"
            label="Also open and close a guest session, without a message"
            checked={trySession && !offline}
            disabled={offline}
            onChange={({ currentTarget: { checked } }) => setTrySession(checked)}
          />
        </>
      }
      audit={{ action: 'DEPLOYMENT_EXAMINED' }}
      run={async () => {
        const body = { offline, trySession: trySession && !offline };
        const { data, response } = await api.POST('/v1/doctor', { body });
        onReport(data);
        const { fail, warn, ok } = data.counts;
        return { response, note: <p>{`${fail} fail, ${warn} warn, ${ok} ok`}</p> };
      }}
    />
  );
}
