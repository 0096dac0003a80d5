import { Injectable } from '@nestjs/common';
import { GuestHistory } from '../history/guest-history';
import { FileStorage } from '../upload/file-storage';

/** What the messages of every conversation are read from, and the files in them put into. */
@Injectable()
export class ConversingTools {
  constructor(
    readonly history: GuestHistory,
    readonly storage: FileStorage,
  ) {}
}
