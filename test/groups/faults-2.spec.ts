import { declareSpecs } from '../support/grouped-specs';

declareSpecs('faults', 1, 3);
