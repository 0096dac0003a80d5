import { declareSpecs } from '../support/grouped-specs';

declareSpecs('contract', 1, 4);
