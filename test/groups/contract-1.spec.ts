import { declareSpecs } from '../support/grouped-specs';

declareSpecs('contract', 0, 4);
