import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { DoctorService } from './doctor.service';
import { ExamineDto, optionsOf } from './dto/examine.dto';
import { ReportResponse } from './dto/report.response';

@ApiTags('doctor')
@Controller({ path: 'doctor', version: '1' })
export class DoctorController {
  constructor(private readonly service: DoctorService) {}

  /**
   * Examines the deployment from the network of this replica, as `npm run doctor` does, one examination at a time. Nothing
   * is changed in Genesys Cloud or the database; the CRM gets one event of type `session.test`. Takes up to 65 seconds where
   * hosts do not answer.
   */
  @Post()
  @Scope('doctor.run')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: ReportResponse })
  @ApiProblems({
    400: ['validation-failed'],
    429: ['too-many-in-flight'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async examine(@Body() body: ExamineDto): Promise<ReportResponse> {
    return new ReportResponse(await this.service.examine(optionsOf(body)));
  }
}
