import { declareSpecs } from '../support/grouped-specs';

declareSpecs('contract', 2, 4);
