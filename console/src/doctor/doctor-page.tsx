import type { ReactElement } from 'react';
import type { Examination } from '../api/schemas';
import { EmptyState } from '../components/empty-state';
import { MissingScope } from '../components/missing-scope';
import { PageHeader } from '../components/page-header';
import { Panel } from '../components/panel';
import { Timestamp } from '../components/timestamp';
import { durationText } from '../format/age';
import { useScope } from '../login/console-session-context';
import { ExaminationSummary } from './examination-summary';
import { FindingTable } from './finding-table';
import { RunDoctor } from './run-doctor';
import { useExamination } from './use-examination';

/** The checks of `npm run doctor`, made by the replica that answers, and the fix of each fault. */
export function DoctorPage(): ReactElement {
  const isPermitted = useScope('doctor.run');
  const { examination, keep } = useExamination();
  return (
    <>
      <PageHeader title="Doctor">{isPermitted && <RunDoctor onReport={keep} />}</PageHeader>
      {!isPermitted && <MissingScope scope="doctor.run" />}
      {isPermitted && examination === undefined && (
        <Panel title="Examination">
          <EmptyState title="The deployment has not been examined yet">
            Run the doctor: it checks the settings, Genesys Cloud, the CRM and the database from the network
            of the service, and names the fix of each fault.
          </EmptyState>
        </Panel>
      )}
      {examination !== undefined && <ExaminationView examination={examination} />}
    </>
  );
}

function ExaminationView({ examination }: { readonly examination: Examination }): ReactElement {
  const { checks, startedAt, durationMs, replica } = examination;
  const faults = checks.filter(({ fix }) => fix !== undefined);
  return (
    <>
      <ExaminationSummary counts={examination.counts} />
      <p className="muted">
        Examined <Timestamp at={startedAt} /> · took {durationText(durationMs)} · by the replica{' '}
        <code>{replica}</code>
      </p>
      {faults.length > 0 && (
        <Panel title="Faults and their fixes">
          <FindingTable caption="Faults" findings={faults} />
        </Panel>
      )}
      <Panel title="All checks">
        <FindingTable caption="Checks" findings={checks} />
      </Panel>
    </>
  );
}
