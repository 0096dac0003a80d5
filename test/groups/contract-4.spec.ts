import { declareSpecs } from '../support/grouped-specs';

declareSpecs('contract', 3, 4);
