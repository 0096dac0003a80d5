export interface FileUploadMode {
  readonly fileTypes: readonly string[];
  readonly maxFileSizeKB: number;
}

/** A messenger deployment as an administrator sets it up. */
export interface Deployment {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
  /** Host names that an `Origin` may have. Default: all hosts. */
  readonly allowedDomains?: readonly string[];
  readonly autoStart: boolean;
  /** The flow's first message in a conversation. Default: none. */
  readonly greeting?: string;
  /** The queue that the flow puts conversations into, which names their notification topic. Default: none. */
  readonly queueId?: string;
  readonly conversationClear: boolean;
  readonly conversationDisconnect: { readonly enabled: boolean; readonly type: 'ReadOnly' | 'Send' };
  readonly showAgentTypingIndicator: boolean;
  readonly showUserTypingIndicator: boolean;
  readonly auth: { readonly enabled: boolean; readonly allowSessionUpgrade: boolean };
  /** Lifetime of a session after its last message, in seconds. */
  readonly sessionDurationSeconds: number;
  readonly fileUpload: { readonly enableAttachments: boolean; readonly modes: readonly FileUploadMode[] };
  readonly blockedExtensions: readonly string[];
  readonly maxCustomDataBytes: number;
  /** Tells whether the metadata of a guest's message is returned with its echo and in its history. */
  readonly keepsMetadata: boolean;
}

export type DeploymentOptions = Partial<Deployment>;

/** The default deployment of a simulator. */
export const DEMO_DEPLOYMENT_ID = '2f6a1c0d-3e4b-4b7e-9a51-5e5f7c1e0d2b';

const DEFAULTS: Deployment = {
  id: DEMO_DEPLOYMENT_ID,
  status: 'Active',
  autoStart: false,
  conversationClear: true,
  conversationDisconnect: { enabled: true, type: 'ReadOnly' },
  showAgentTypingIndicator: true,
  showUserTypingIndicator: true,
  auth: { enabled: true, allowSessionUpgrade: true },
  sessionDurationSeconds: 259_200,
  fileUpload: { enableAttachments: true, modes: [{ fileTypes: ['*/*'], maxFileSizeKB: 10_240 }] },
  blockedExtensions: ['.ade', '.adp'],
  maxCustomDataBytes: 2048,
  keepsMetadata: true,
};

export function deploymentOf(options: DeploymentOptions): Deployment {
  return { ...DEFAULTS, ...options };
}

/**
 * Returns whether the origin may connect. A deployment with allowed domains refuses a connection without an origin.
 */
export function allowsOrigin({ allowedDomains }: Deployment, origin: string | undefined): boolean {
  if (allowedDomains === undefined) return true;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return allowedDomains.includes(new URL(origin).hostname);
}

/** The upload modes of a session; undefined where the modes of the public description apply. */
export function allowedMedia({ fileUpload: { enableAttachments, modes } }: Deployment): unknown {
  const [mode] = modes;
  if (!enableAttachments || mode === undefined) return {};
  const fileTypes = mode.fileTypes.map((type) => ({ type }));
  return { inbound: { fileTypes, maxFileSizeKB: mode.maxFileSizeKB } };
}

/** The CDN's `config.json`. */
export function publicConfig(deployment: Deployment, apiUrl: string): unknown {
  const { id, status, auth, fileUpload } = deployment;
  return {
    id,
    version: '1',
    languages: ['en-us'],
    defaultLanguage: 'en-us',
    apiEndpoint: apiUrl,
    headlessMode: { enabled: true },
    status,
    auth,
    journeyEvents: { enabled: false },
    messenger: {
      enabled: true,
      apps: { conversations: conversationsConfig(deployment, apiUrl) },
      styles: { primaryColor: '#2A60C8' },
      launcherButton: { visibility: 'On' },
      fileUpload,
    },
  };
}

export function publicDomains({ allowedDomains }: Deployment): unknown {
  return { allowAllDomains: allowedDomains === undefined, allowedDomains: allowedDomains ?? [] };
}

function conversationsConfig(deployment: Deployment, apiUrl: string): unknown {
  return {
    messagingEndpoint: apiUrl.replace(/^http/, 'ws'),
    showAgentTypingIndicator: deployment.showAgentTypingIndicator,
    showUserTypingIndicator: deployment.showUserTypingIndicator,
    autoStart: { enabled: deployment.autoStart },
    conversationDisconnect: deployment.conversationDisconnect,
    conversationClear: { enabled: deployment.conversationClear },
    markdown: { enabled: true },
    humanize: { enabled: false },
    notifications: { enabled: true, notificationContentType: 'IncludeMessagesContent' },
    sessionDurationSeconds: deployment.sessionDurationSeconds,
  };
}
