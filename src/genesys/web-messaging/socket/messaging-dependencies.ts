import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock';
import { GuestHistory } from '../history/guest-history';
import { FileStorage } from '../upload/file-storage';

/** What the messages of every conversation are read from, the files in them put into, and their times told by. */
@Injectable()
export class MessagingDependencies {
  constructor(
    readonly history: GuestHistory,
    readonly storage: FileStorage,
    readonly clock: Clock,
  ) {}
}
