import { IsBoolean, IsOptional, IsString } from 'class-validator';
import {
  BooleanSetting,
  ChoiceSetting,
  KeyValuesSetting,
  NumberSetting,
  PrefixUrlSetting,
  UrlSetting,
} from './setting.decorator';

/** The samplers of OpenTelemetry's specification that need no service. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** The variables of OpenTelemetry's specification that the service reads. */
export abstract class TracingEnvironment {
  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  OTEL_SDK_DISABLED: boolean = false;

  @IsOptional()
  @ChoiceSetting('otlp', 'none')
  OTEL_TRACES_EXPORTER?: 'otlp' | 'none';

  @IsOptional()
  @PrefixUrlSetting('http', 'https')
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @IsOptional()
  @UrlSetting('http', 'https')
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @ChoiceSetting('http/protobuf', 'http/json')
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' | 'http/json' = 'http/protobuf';

  @IsOptional()
  @KeyValuesSetting()
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @IsOptional()
  @IsString()
  OTEL_SERVICE_NAME?: string;

  @IsOptional()
  @KeyValuesSetting()
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @ChoiceSetting(...SAMPLERS)
  OTEL_TRACES_SAMPLER: (typeof SAMPLERS)[number] = 'parentbased_always_on';

  @NumberSetting(0, 1)
  OTEL_TRACES_SAMPLER_ARG: number = 1;
}
